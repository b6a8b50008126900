"""How an export comes to be: its rows are read as the list has them, packed, put, and named.

Nothing is written but the file and the export's own row. Whatever is tried again makes the same
bytes: the file's key holds their digest, and the row names it once.
"""

from collections.abc import Mapping
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from functions.api.context import Context
from functions.api.export.everything import Everything
from functions.api.export.pinned import pinned_list, request_for
from functions.api.export.rows import ListView, to_lines
from functions.api.export.written import sha256_of, write_lines
from functions.shared.aws.bucket import Bucket
from functions.shared.aws.keys import export_key
from functions.shared.aws.table import ConditionFailed
from functions.shared.errors import (
    BadRequest,
    EvidenceInvalid,
    EvidenceMissing,
    EvidenceNewer,
    NotFound,
)
from functions.shared.hours import rfc3339
from functions.shared.tables.exports import ENDED, KEPT_FOR, Export, Exports

# What trying again does not mend.
_LASTING: Final = (BadRequest, NotFound, EvidenceMissing, EvidenceInvalid, EvidenceNewer)


def build(
    tenant: str, number: int, lists: Mapping[str, ListView], context: Context, work: Bucket
) -> None:
    """Build an export, or note in words why it cannot be built.

    What may pass (a throttled service, a crash) is left to raise: the queue hands the message out
    again.

    Args:
        tenant: whose it is.
        number: of the export.
        lists: every list there is, by its name.
        context: of the function.
        work: the bucket that finished exports lie in for some days.

    Permissions:
        what the lists need; dynamodb:UpdateItem; s3:PutObject, s3:GetObject and
        s3:AbortMultipartUpload on the work bucket.
    """
    exports = Exports(context.table)
    export = exports.find(tenant, number)
    if export is None or export.state in ENDED:
        return
    try:
        export = exports.update(export, "queued", "building", state="building")
        with TemporaryDirectory() as folder:
            _build(export, lists, context, work, Path(folder))
    except ConditionFailed:
        # Another copy of the message, or whoever gave it up, has ended it.
        return
    except _LASTING as error:
        exports.fail(tenant, number, f"the export could not be made: {error}")


def _build(
    export: Export, lists: Mapping[str, ListView], context: Context, work: Bucket, folder: Path
) -> None:
    path = folder / "export.gz"
    if export.list_name is None:
        everything = Everything(export, [*lists.values()], context, folder)
        rows, is_whole = everything.write(path), everything.is_whole
    else:
        view = lists[export.list_name]
        request = request_for(export.tenant_id, export.requested_by, export.filters)
        pinned = pinned_list(view, request, export.filters, export.hour, context)
        written = write_lines(path, to_lines(export.format, pinned.rows, view.operation))
        # The first line of CSV names the fields.
        rows = written.n_lines - (export.format == "csv")
        is_whole = pinned.is_whole
    sha256 = sha256_of(path)
    key = export_key(export.tenant_id, export.number, sha256)
    version = work.put_file_once(key, path, "application/gzip")
    Exports(context.table).update(
        export,
        "building",
        state="ready",
        object_key=key,
        object_version=version,
        rows=rows,
        size_bytes=path.stat().st_size,
        sha256=sha256,
        is_whole=is_whole,
        expires_at=rfc3339(context.clock() + KEPT_FOR),
    )
