"""Exports as a tenant has them: asked for, built by the function's handler, downloaded."""

import gzip
import tarfile
from dataclasses import dataclass
from io import BytesIO
from typing import Any

import pytest

from functions.api.export.build import build
from functions.api.handler import EXPORTED
from functions.shared.aws.bucket import Bucket
from functions.shared.aws.queue import Queue
from functions.shared.tables.exports import Export, Exports
from tests.api.conftest import Api, Body
from tests.support.aws_state import received


@dataclass(frozen=True)
class Exporter:
    """The functions over sealed hours, and the bucket that exports lie in."""

    api: Api
    work: Bucket
    queue: Queue

    def ask(self, tenant: str = "tenant-a", **body: object) -> Body:
        """Ask for an export that must be accepted."""
        status, answer = self.api.ask("POST /exports", body=body, tenant=tenant)
        assert status == 202, answer
        return answer

    def build(self) -> None:
        """Build what is asked for."""
        for message in received(self.queue):
            build(message["tenant_id"], message["export"], EXPORTED, self.api.context, self.work)

    def make(self, tenant: str = "tenant-a", **body: object) -> Export:
        """Ask for an export, have it built and return its row."""
        number = self.ask(tenant, **body)["number"]
        self.build()
        export = Exports(self.api.context.table).need(tenant, number)
        assert export.state == "ready", export.reason
        return export

    def row(self, number: int, tenant: str = "tenant-a") -> Body:
        """Return an export as the API shows it."""
        return self.api.get("/exports/{number}", path={"number": str(number)}, tenant=tenant)

    def file(self, export: Export) -> bytes:
        """Return the bytes of a ready export."""
        return self.work.need(str(export.object_key))

    def text(self, export: Export) -> str:
        """Return the lines of a list's export."""
        return gzip.decompress(self.file(export)).decode()

    def members(self, export: Export) -> dict[str, bytes]:
        """Return the files of everything, in their order."""
        with tarfile.open(fileobj=BytesIO(self.file(export)), mode="r:gz") as tar:
            return {
                each.name: opened.read()
                for each in tar.getmembers()
                if (opened := tar.extractfile(each))
            }


@pytest.fixture
def exporter(sealed: Api, work: Bucket, aws: dict[str, str]) -> Exporter:
    """Give five sealed hours of tenant-a's organization, two of tenant-b's."""
    return Exporter(sealed, work, sealed.context.export_queue)


def filters_for(name: str, org: str) -> dict[str, Any]:
    """Return what a list's path needs."""
    return {"org_id": org} if EXPORTED[name].is_of_organization else {}
