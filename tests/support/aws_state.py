"""What tests look at from outside: messages in a queue, rows as DynamoDB holds them."""

import json
from collections.abc import Mapping
from typing import Any

from moto.backends import get_backend

from functions.shared.aws.bucket import Bucket
from functions.shared.aws.queue import Queue
from functions.shared.aws.table import Table


def received(queue: Queue) -> list[dict[str, Any]]:
    """Take every message that is visible now off a queue and return the bodies."""
    bodies: list[dict[str, Any]] = []
    while True:
        answer = queue.client.receive_message(
            QueueUrl=queue.url, MaxNumberOfMessages=10, WaitTimeSeconds=0
        )
        messages = answer.get("Messages", [])
        if not messages:
            return bodies
        for message in messages:
            bodies.append(json.loads(message["Body"]))
            queue.client.delete_message(QueueUrl=queue.url, ReceiptHandle=message["ReceiptHandle"])


def held(queue: Queue) -> list[dict[str, Any]]:
    """Take every message off a queue, those too that nobody sees yet, and return the bodies."""
    (account,) = get_backend("sqs").values()
    queues = account[queue.client.meta.region_name].queues
    messages = queues[queue.url.rpartition("/")[2]]._messages
    bodies = [json.loads(message.body) for message in messages]
    messages.clear()
    return bodies


def all_items(table: Table) -> list[dict[str, Any]]:
    """Return every row of the table as DynamoDB holds it, for tests that look for secrets."""
    return list(table.client.scan(TableName=table.name)["Items"])


def put_objects(bucket: Bucket, objects: Mapping[str, bytes]) -> None:
    """Put objects into moto's bucket itself: through S3 a world of sixty takes half a second."""
    (account,) = get_backend("s3").values()
    for key, body in objects.items():
        account["aws"].put_object(bucket.name, key, body)
