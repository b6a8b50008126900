"""What an hour without change costs at AWS, beside one that writes its whole picture.

The function is the product's, the simulator is behind the real client, AWS is in the process. 40
projects of 20 keys, 200 users. Reach: two rows written, one object put, at most eight read.
"""

import json
import logging
import os
from pathlib import Path

from functions.shared.aws import clients
from functions.shared.aws.bucket import Bucket
from functions.shared.aws.kms import KmsKey
from functions.shared.aws.queue import Queue
from functions.shared.aws.table import Table
from tests.conftest import SettableClock
from tests.support.aws_calls import watched
from tests.support.aws_in_process import ENVIRONMENT, aws_in_process
from tests.support.snapshot_fixture import SnapshotFixture
from tools.openai_simulator import World

N_USERS, N_PROJECTS, N_KEYS = 200, 40, 20
WRITES = ("PutItem", "UpdateItem", "BatchWriteItem", "TransactWriteItems")
REACH = {"rows_written": 2, "objects_put": 1, "objects_read": 8}


def measure(folder: Path) -> bool:
    """Count, write ``unchanged_hour.json``; tell whether the targets are reached."""
    logging.getLogger().setLevel(logging.WARNING)
    os.environ |= ENVIRONMENT
    with aws_in_process() as names:
        hours = _hours(_opened(names))
    reached = all(hours["unchanged"][name] <= most for name, most in REACH.items())
    (folder / "unchanged_hour.json").write_text(
        json.dumps({**hours, "reach": REACH, "reached": reached}, indent=1) + "\n"
    )
    for name, figures in hours.items():
        said = ", ".join(f"{key} {value}" for key, value in figures.items())
        print(f"an hour    {name:10} {said}")
    print(f"an hour    without change {'' if reached else 'NOT '}reached")
    return reached


def _opened(names: dict[str, str]) -> SnapshotFixture:
    world = World("org-unchanged")
    story = world.at("2026-03-01T10:00:00Z").hidden()
    story.user_joins("olga", role="owner")
    for number in range(1, N_USERS):
        story.user_joins(f"user-{number}")
    for project in range(N_PROJECTS):
        story.project_created(f"project-{project}")
        for key in range(N_KEYS):
            story.key_made(f"key-{project}-{key}", f"project-{project}", owner="olga")
    return SnapshotFixture(
        Table(clients.dynamodb(), names["TABLE_NAME"]),
        Bucket(clients.s3(), names["EVIDENCE_BUCKET"]),
        Bucket(clients.s3(), names["WORK_BUCKET"]),
        Queue(clients.sqs(), names["SNAPSHOT_QUEUE_URL"]),
        KmsKey(clients.kms(), names["SECRETS_KEY_ID"]),
        SettableClock(),
        world,
    )


def _hours(fixture: SnapshotFixture) -> dict[str, dict[str, int]]:
    fixture.connect("2026-04-01T03:20:00Z")
    hours = {}
    for name, hour in (
        ("whole", "2026-04-01T02:00:00Z"),
        ("second", "2026-04-01T03:00:00Z"),
        ("unchanged", "2026-04-01T04:00:00Z"),
    ):
        with watched() as calls:
            (seal,) = fixture.tick(hour)
        if seal.content["outcome"] != "complete":
            raise RuntimeError(f"{hour} is {seal.content['outcome']}")
        hours[name] = {
            "rows_written": calls.count(*WRITES),
            "objects_put": calls.count("PutObject"),
            "objects_read": calls.count("GetObject"),
            "keys_unwrapped": calls.count("Decrypt"),
        }
    return hours
