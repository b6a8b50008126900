"""An emulated account for a benchmark: table, keys and queues in a process of its own.

Only small things live there; sealed objects and packs are in a folder (``folder_s3``).
"""

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from functions.shared.aws import clients
from tools.local.deployment import processes
from tools.local.deployment.processes import HeldPorts

_REGION = "eu-central-1"
_PORT = 20400


@contextmanager
def account() -> Iterator[dict[str, str]]:
    """Serve an account that has what the pack function needs; yield the environment for it."""
    with HeldPorts() as ports, tempfile.TemporaryDirectory() as place:
        port, folder = ports.next_free(_PORT), Path(place)
        # Nobody is written to, and no clock is set: the machine's is read.
        arguments = [str(port), str(folder / "mails"), str(folder / "clock.json")]
        server = processes.start(
            "emulator",
            ["tools.local.emulator.emulator", *arguments],
            port=port,
            log_dir=folder,
            environment={
                "GATEWAY_PORT": str(port),
                "MINISTACK_HOST": "127.0.0.1",
                "MINISTACK_REGION": _REGION,
                "IOT_MTLS_ENABLED": "0",
                "SFTP_ENABLED": "0",
                "DOCKER_HOST": "unix:///nonexistent",
                "AWS_CONFIG_FILE": os.devnull,
                "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
            },
        )
        try:
            processes.wait_until_answering(server, "/_ministack/health")
            environment = {
                "AWS_ENDPOINT_URL": f"http://127.0.0.1:{port}",
                "AWS_ACCESS_KEY_ID": "test",
                "AWS_SECRET_ACCESS_KEY": "test",
                "AWS_DEFAULT_REGION": _REGION,
                "TABLE_NAME": "bench",
            }
            os.environ.update(environment)
            yield environment | _create_resources()
        finally:
            server.stop()


def _create_resources() -> dict[str, str]:
    clients.dynamodb().create_table(
        TableName="bench",
        BillingMode="PAY_PER_REQUEST",
        AttributeDefinitions=[
            {"AttributeName": name, "AttributeType": "S"} for name in ("pk", "sk")
        ],
        KeySchema=[
            {"AttributeName": "pk", "KeyType": "HASH"},
            {"AttributeName": "sk", "KeyType": "RANGE"},
        ],
    )
    return {
        "SIGNING_KEY_ID": clients.kms().create_key()["KeyMetadata"]["Arn"],
        "PACK_QUEUE_URL": clients.sqs().create_queue(QueueName="bench")["QueueUrl"],
    }
