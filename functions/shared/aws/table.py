"""The client of DynamoDB: plain Python values in and out, conditions as values.

The table is for finding and looking. What it says about evidence is checked against the sealed
objects before anything is decided by it.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import TYPE_CHECKING, Any, cast

from boto3.dynamodb.types import Binary, TypeDeserializer, TypeSerializer
from botocore.exceptions import ClientError

from functions.shared.aws.table_conflicts import TRIES, code_of, reasons_of, through_conflicts, wait

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

Item = dict[str, Any]
Row = Mapping[str, object]

_TO_WIRE = TypeSerializer()
_FROM_WIRE = TypeDeserializer()
_BATCH = 25


class ConditionFailed(Exception):
    """The row is not in the state the write asked for; nothing was written."""


def to_wire(item: Row) -> dict[str, Any]:
    """Turn plain values into DynamoDB's; floats are not storable and are refused."""
    return {name: _TO_WIRE.serialize(value) for name, value in item.items()}


def from_wire(item: Mapping[str, Any]) -> Item:
    """Turn DynamoDB's values into plain ones: int, str, bytes, bool, None, list, dict."""
    return {name: _plain(_FROM_WIRE.deserialize(value)) for name, value in item.items()}


def _plain(value: Any) -> Any:
    if isinstance(value, Decimal):
        return int(value)
    if isinstance(value, Binary):
        return bytes(cast("Any", value).value)
    if isinstance(value, dict):
        return {name: _plain(inner) for name, inner in value.items()}
    if isinstance(value, list):
        return [_plain(inner) for inner in value]
    return value


@dataclass(frozen=True, slots=True)
class Page:
    """Rows of one query, and the sort key to go on after, None at the end."""

    items: list[Item]
    last_sk: str | None


@dataclass(frozen=True, slots=True)
class Change:
    """One row's part of a change to several rows at once.

    Attributes:
        pk: the partition.
        sk: the row.
        expression: an update expression.
        values: of its placeholders.
        condition: what must hold of the row.
        names: of its ``#`` placeholders.
    """

    pk: str
    sk: str
    expression: str
    values: Row
    condition: str
    names: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Table:
    """The table.

    Permissions:
        dynamodb:GetItem for ``get``; dynamodb:Query for ``query``, ``page`` and ``index``;
        dynamodb:PutItem, UpdateItem, DeleteItem for the methods of those names, PutItem also for
        ``create_together`` and UpdateItem for ``change_together``;
        dynamodb:BatchWriteItem for ``put_all``.
    """

    client: "DynamoDBClient"
    name: str

    def get(self, pk: str, sk: str) -> Item | None:
        """Return one row, read consistently, or None."""
        answer = self.client.get_item(
            TableName=self.name, Key=to_wire({"pk": pk, "sk": sk}), ConsistentRead=True
        )
        return from_wire(answer["Item"]) if "Item" in answer else None

    def put(self, item: Row, *, condition: str | None = None, values: Row | None = None) -> None:
        """Write a whole row.

        Raises:
            ConditionFailed: the condition does not hold.
        """
        arguments: Item = {"TableName": self.name, "Item": to_wire(item)}
        self._conditional(self.client.put_item, arguments, condition, values)

    def update(
        self,
        pk: str,
        sk: str,
        expression: str,
        values: Row | None = None,
        *,
        names: Mapping[str, str] | None = None,
        condition: str | None = None,
    ) -> Item:
        """Change a row by an update expression and return it as it then is.

        Raises:
            ConditionFailed: the condition does not hold.
        """
        arguments: Item = {
            "TableName": self.name,
            "Key": to_wire({"pk": pk, "sk": sk}),
            "UpdateExpression": expression,
            "ReturnValues": "ALL_NEW",
        }
        if names:
            arguments["ExpressionAttributeNames"] = dict(names)
        answer = self._conditional(self.client.update_item, arguments, condition, values)
        return from_wire(answer.get("Attributes", {}))

    def delete(self, pk: str, sk: str) -> None:
        """Delete a row; no error where there is none."""
        key = to_wire({"pk": pk, "sk": sk})
        through_conflicts(self.client.delete_item, {"TableName": self.name, "Key": key})

    def page(
        self,
        pk: str,
        *,
        prefix: str = "",
        between: tuple[str, str] | None = None,
        after: str | None = None,
        limit: int = 1000,
        newest_first: bool = False,
    ) -> Page:
        """Return up to ``limit`` rows of a partition in sort-key order, read consistently.

        Args:
            pk: the partition.
            prefix: only sort keys that start so.
            between: only sort keys from the first to the second, both included.
            after: go on behind this sort key.
            limit: rows at most.
            newest_first: from the greatest sort key down.
        """
        if between:
            test, values = "pk = :pk AND sk BETWEEN :a AND :b", {":a": between[0], ":b": between[1]}
        elif prefix:
            test, values = "pk = :pk AND begins_with(sk, :a)", {":a": prefix}
        else:
            test, values = "pk = :pk", {}
        arguments: Item = {
            "TableName": self.name,
            "KeyConditionExpression": test,
            "ExpressionAttributeValues": to_wire({":pk": pk, **values}),
            "ScanIndexForward": not newest_first,
            "ConsistentRead": True,
        }
        items: list[Item] = []
        start = {"pk": pk, "sk": after} if after else None
        while True:
            if start:
                arguments["ExclusiveStartKey"] = to_wire(start)
            answer = self.client.query(**arguments, Limit=limit - len(items))
            items += [from_wire(item) for item in answer["Items"]]
            last = answer.get("LastEvaluatedKey")
            if last is None:
                return Page(items, None)
            start = from_wire(last)
            if len(items) >= limit:
                return Page(items, str(start["sk"]))

    def query(self, pk: str, *, prefix: str = "", newest_first: bool = False) -> Iterator[Item]:
        """Yield all rows of a partition whose sort key starts with a prefix."""
        after: str | None = None
        while True:
            page = self.page(pk, prefix=prefix, after=after, newest_first=newest_first)
            yield from page.items
            if page.last_sk is None:
                return
            after = page.last_sk

    def index(self, name: str, attribute: str, value: str) -> Iterator[Item]:
        """Yield the rows an index holds under a value (eventually consistent)."""
        pages = self.client.get_paginator("query").paginate(
            TableName=self.name,
            IndexName=name,
            KeyConditionExpression="#a = :v",
            ExpressionAttributeNames={"#a": attribute},
            ExpressionAttributeValues=to_wire({":v": value}),
        )
        for page in pages:
            for item in page["Items"]:
                yield from_wire(item)

    def create_together(self, items: Sequence[Row], changes: Sequence[Change] = ()) -> None:
        """Write new rows and change others, all or none (dynamodb:PutItem, UpdateItem on each).

        Raises:
            ConditionFailed: one of the new rows exists, or a row to change is not in the state its
                change asks for; nothing was written.
        """
        writes: Any = [
            {
                "Put": {
                    "TableName": self.name,
                    "Item": to_wire(item),
                    "ConditionExpression": "attribute_not_exists(pk)",
                }
            }
            for item in items
        ]
        self._together(writes + [self._update(change) for change in changes])

    def change_together(self, changes: Sequence[Change]) -> None:
        """Change rows, all or none (dynamodb:UpdateItem on each).

        Raises:
            ConditionFailed: one of them is not in the state its change asks for; none was changed.
        """
        self._together([self._update(change) for change in changes])

    def _update(self, change: Change) -> Item:
        update: Item = {
            "TableName": self.name,
            "Key": to_wire({"pk": change.pk, "sk": change.sk}),
            "UpdateExpression": change.expression,
            "ConditionExpression": change.condition,
            "ExpressionAttributeValues": to_wire(change.values),
        }
        if change.names:
            update["ExpressionAttributeNames"] = dict(change.names)
        return {"Update": update}

    def _together(self, writes: Any) -> None:
        try:
            through_conflicts(self.client.transact_write_items, {"TransactItems": writes})
        except ClientError as error:
            reasons = reasons_of(error)
            is_canceled = code_of(error) == "TransactionCanceledException"
            if is_canceled and (not reasons or "ConditionalCheckFailed" in reasons):
                raise ConditionFailed from error
            raise

    def put_all(self, items: Sequence[Row]) -> None:
        """Write whole rows, 25 at a time, going on until none is left unprocessed.

        Raises:
            TimeoutError: DynamoDB went on handing rows back.
        """
        for start in range(0, len(items), _BATCH):
            pending: Any = {
                self.name: [
                    {"PutRequest": {"Item": to_wire(item)}}
                    for item in items[start : start + _BATCH]
                ]
            }
            for attempt in range(TRIES):
                pending = self.client.batch_write_item(RequestItems=pending)["UnprocessedItems"]
                if not pending:
                    break
                wait(attempt)
            else:
                raise TimeoutError("DynamoDB handed the same rows back 8 times")

    @staticmethod
    def _conditional(call: Any, arguments: Item, condition: str | None, values: Row | None) -> Any:
        if condition:
            arguments["ConditionExpression"] = condition
        if values:
            arguments["ExpressionAttributeValues"] = to_wire(values)
        try:
            return through_conflicts(call, arguments)
        except ClientError as error:
            if code_of(error) == "ConditionalCheckFailedException":
                raise ConditionFailed from error
            raise
