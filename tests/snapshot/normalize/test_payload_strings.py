"""An owner who chooses every string: each field says what it is, whatever stands in the others."""

import json
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from functions.shared.canonical import Json, canonical
from functions.snapshot.normalize.api_fields import PAYLOADS, VOCABULARY, Fields, Kind
from functions.snapshot.normalize.payload import clean_payload, is_never_kept
from functions.snapshot.normalize.privacy import Privacy, is_id

PRIVACY = Privacy(b"k" * 32)
# Whatever an owner can write; no address, key or place among it.
STRINGS = st.text(alphabet="abzAZ09_-. é王\u200b½", max_size=12)
NAMES = st.sampled_from(sorted({*VOCABULARY, "id", "role", "kind"} - {"email"})) | STRINGS
JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | STRINGS | NAMES,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES, inner, max_size=3),
    max_leaves=8,
)


@st.composite
def documented(draw: st.DrawFn, fields: Fields) -> Json:
    """Draw a payload as documented, every string of an owner's choice."""
    payload: Json = {}
    for name, part in fields.items():
        if part == "address":
            continue
        if isinstance(part, str):
            payload[name] = draw(of_kind(part))
        else:
            payload[name] = draw(documented(part))
    return payload


def of_kind(kind: Kind) -> st.SearchStrategy[Any]:
    """Return values of a documented kind."""
    match kind:
        case "number" | "instant":
            return st.integers(0, 2**53)
        case "flag":
            return st.booleans()
        case "open":
            return st.just({})
    return STRINGS | st.lists(STRINGS, max_size=3)


def reads_as(value: Any, cleaned: Any, fields: Fields | Kind) -> bool:
    """Tell whether documented fields say what they said: prose by its hash, the rest verbatim."""
    if isinstance(value, dict) and not isinstance(fields, str):
        return all(reads_as(value[name], cleaned[name], fields[name]) for name in value)
    if isinstance(value, list):
        return [reads_as(*both, fields) for both in zip(value, cleaned, strict=True)] == [
            True for _ in value
        ]
    if fields == "prose" and value:
        return bool(cleaned == PRIVACY.prose(value))
    return bool(cleaned == value)


@given(st.sampled_from(sorted(PAYLOADS)), st.data(), st.dictionaries(STRINGS, JSON, max_size=3))
def test_t25_documented_fields_are_told_whatever_stands_elsewhere(
    event_type: str, data: st.DataObject, more: Json
) -> None:
    """T25: no name elsewhere changes what a documented field says, and every field has its own."""
    fields = PAYLOADS[event_type]
    payload = data.draw(documented(fields))
    alone = clean_payload(event_type, payload, PRIVACY)
    assert reads_as(payload, alone, fields)
    more = {name: more[name] for name in more if name not in PAYLOADS[event_type]}
    together = clean_payload(event_type, payload | more, PRIVACY)
    assert {name: together[name] for name in payload} == alone
    gone = [name for name in more if is_never_kept(name)]
    assert len(together) == len(payload) + len(more) - len(gone)
    assert json.loads(canonical(together)) == together


@given(JSON)
def test_unknown_fields_keep_their_form_and_no_text(value: Any) -> None:
    """Beside ids, OpenAI's words and plain names of fields there are hashes alone."""
    cleaned = clean_payload("thing.done", value, PRIVACY)
    for said in texts_in(cleaned):
        assert not said or said in VOCABULARY or is_id(said) or said.startswith("text:")
    assert shape(cleaned) == shape(value)


def texts_in(value: Any) -> list[str]:
    """Return every text in a value."""
    if isinstance(value, str):
        return [value]
    inside = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return [said for inner in inside for said in texts_in(inner)]


def shape(value: Any) -> Any:
    """Return a value with no texts and no names of fields."""
    if isinstance(value, dict):
        return [shape(inner) for inner in value.values()]
    if isinstance(value, list):
        return [[shape(inner)] for inner in value]
    return str if isinstance(value, str) else value
