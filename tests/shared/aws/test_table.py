"""The client of DynamoDB."""

from typing import Any

import pytest
from botocore.exceptions import ClientError

from functions.shared.aws.table import ConditionFailed, Table, from_wire, to_wire

ONE = {":n": 1}


def test_plain_values_come_back_plain() -> None:
    """Integers are ints, bytes are bytes, at every depth."""
    item = {"a": 1, "b": b"\x00", "c": None, "d": [True, {"e": 2**53}], "f": "x", "g": {}}
    plain = from_wire(to_wire(item))
    assert plain == item
    assert type(plain["a"]) is int
    assert type(plain["b"]) is bytes


def test_a_float_is_refused_before_it_is_written() -> None:
    """DynamoDB's numbers are not binary floats."""
    with pytest.raises(TypeError):
        to_wire({"a": 0.1})


def fill(table: Table, count: int) -> None:
    """Write rows with sort keys A#000 …."""
    table.put_all([{"pk": "p", "sk": f"A#{n:03d}"} for n in range(count)])
    table.put({"pk": "p", "sk": "B#"})


@pytest.mark.parametrize("newest_first", [False, True])
@pytest.mark.parametrize("limit", [1, 7, 30, 100])
def test_pages_join_to_the_whole(table: Table, limit: int, newest_first: bool) -> None:
    """60 rows in 25s in, every one once out."""
    fill(table, 60)
    keys: list[str] = []
    after: str | None = None
    while True:
        page = table.page("p", prefix="A#", after=after, limit=limit, newest_first=newest_first)
        keys += [item["sk"] for item in page.items]
        after = page.last_sk
        if after is None:
            break
    assert keys == sorted((f"A#{n:03d}" for n in range(60)), reverse=newest_first)


def test_a_range_includes_both_ends(table: Table) -> None:
    """As BETWEEN does."""
    fill(table, 10)
    page = table.page("p", between=("A#003", "A#005"))
    assert [item["sk"] for item in page.items] == ["A#003", "A#004", "A#005"]


def test_conditions_are_values_and_failures_are_one_error(table: Table) -> None:
    """Put and update alike."""
    table.put({"pk": "p", "sk": "s", "n": 1}, condition="attribute_not_exists(pk)")
    with pytest.raises(ConditionFailed):
        table.put({"pk": "p", "sk": "s"}, condition="attribute_not_exists(pk)")
    after = table.update("p", "s", "SET n = :n", {":n": 2, ":was": 1}, condition="n = :was")
    assert after["n"] == 2
    with pytest.raises(ConditionFailed):
        table.update("p", "s", "SET n = :n", {":n": 3, ":was": 1}, condition="n = :was")


def test_rows_created_together_are_all_there_or_none(table: Table) -> None:
    """One that exists keeps the other out."""
    table.put({"pk": "p", "sk": "taken"})
    with pytest.raises(ConditionFailed):
        table.create_together([{"pk": "p", "sk": "free"}, {"pk": "p", "sk": "taken"}])
    assert table.get("p", "free") is None


def test_rows_handed_back_are_sent_again_until_none_is_left(
    table: Table, monkeypatch: pytest.MonkeyPatch
) -> None:
    """``UnprocessedItems``, some and then none; always, and it is said (F24)."""
    honest = table.client.batch_write_item
    handed_back: list[int] = []

    def partly(**request: dict[str, list[Any]]) -> dict[str, Any]:
        rows = request["RequestItems"][table.name]
        handed_back.append(len(rows))
        honest(RequestItems={table.name: rows[:10]})
        rest = rows[10:]
        return {"UnprocessedItems": {table.name: rest} if rest else {}}

    monkeypatch.setattr("functions.shared.aws.table_conflicts.time.sleep", lambda _s: None)
    monkeypatch.setattr(table.client, "batch_write_item", partly)
    table.put_all([{"pk": "p", "sk": f"{n:02d}"} for n in range(25)])
    assert handed_back == [25, 15, 5]
    assert len(list(table.query("p"))) == 25

    def never(**request: dict[str, list[Any]]) -> dict[str, Any]:
        return {"UnprocessedItems": request["RequestItems"]}

    monkeypatch.setattr(table.client, "batch_write_item", never)
    with pytest.raises(TimeoutError):
        table.put_all([{"pk": "p", "sk": "x"}])


def refusing(code: str, times: int, honest: Any, *reasons: str) -> tuple[Any, list[int]]:
    """Return a call that is refused so often with an error, and what counts the calls."""
    calls: list[int] = []

    def call(**arguments: Any) -> Any:
        calls.append(len(calls))
        if len(calls) > times:
            return honest(**arguments)
        told: Any = {"Error": {"Code": code, "Message": "of a test"}}
        if reasons:
            told["CancellationReasons"] = [{"Code": reason} for reason in reasons]
        raise ClientError(told, "of a test")

    return call, calls


@pytest.mark.parametrize("name", ["put_item", "update_item", "delete_item"])
def test_a_write_that_meets_a_transaction_is_tried_again(
    table: Table, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    """Its condition was not looked at; after eight times the error is what it is."""
    write: dict[str, Any] = {
        "put_item": lambda: table.put(
            {"pk": "p", "sk": "s", "n": 2}, condition="n = :n", values=ONE
        ),
        "update_item": lambda: table.update(
            "p", "s", "SET n = :m", {":m": 2, **ONE}, condition="n = :n"
        ),
        "delete_item": lambda: table.delete("p", "s"),
    }
    monkeypatch.setattr("functions.shared.aws.table_conflicts.time.sleep", lambda _s: None)
    honest = getattr(table.client, name)
    table.put({"pk": "p", "sk": "s", "n": 1})
    call, calls = refusing("TransactionConflictException", 100, honest)
    with monkeypatch.context() as patched:
        patched.setattr(table.client, name, call)
        with pytest.raises(ClientError):
            write[name]()
    assert len(calls) == 8
    call, calls = refusing("TransactionConflictException", 7, honest)
    monkeypatch.setattr(table.client, name, call)
    write[name]()
    row = table.get("p", "s")
    assert (row["n"] if row else None) == (None if name == "delete_item" else 2)


@pytest.mark.parametrize(
    ("reasons", "n_calls", "error"),
    [
        (("None", "TransactionConflict"), 8, ClientError),
        (("ThrottlingError", "TransactionConflict", "None"), 8, ClientError),
        (("ConditionalCheckFailed", "None"), 1, ConditionFailed),
        (("ConditionalCheckFailed", "TransactionConflict"), 1, ConditionFailed),
        ((), 1, ConditionFailed),
        (("ValidationError",), 1, ClientError),
    ],
)
def test_why_a_transaction_was_canceled_decides(
    table: Table,
    monkeypatch: pytest.MonkeyPatch,
    reasons: tuple[str, ...],
    n_calls: int,
    error: type[Exception],
) -> None:
    """A conflict passes; a condition is the answer; anything else is an error."""
    monkeypatch.setattr("functions.shared.aws.table_conflicts.time.sleep", lambda _s: None)
    honest = table.client.transact_write_items
    call, calls = refusing("TransactionCanceledException", 100, honest, *reasons)
    monkeypatch.setattr(table.client, "transact_write_items", call)
    with pytest.raises(error):
        table.create_together([{"pk": "p", "sk": "a"}])
    assert len(calls) == n_calls
    call, calls = refusing("TransactionCanceledException", 3, honest, "TransactionConflict")
    monkeypatch.setattr(table.client, "transact_write_items", call)
    table.create_together([{"pk": "p", "sk": "b"}])
    assert table.get("p", "b") is not None
