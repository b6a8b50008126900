"""Normalize (step 2 of 6), part: a keyed digest over what OpenAI documents of an audit event.

Pure. Sealed with the event, so that the same entry read again can be told from one that was
rewritten, though the raw entry is not kept. The digest says by which numbered schema it was made:
under another one two digests say nothing about each other. What OpenAI joins in when it answers
(names of projects, a person's address) is left out, and so are fields it may add later.

Source: OpenAI's OpenAPI document of 2026-08-21, the payloads of its audit events.
"""

import hashlib
import hmac
import json
from typing import Any, Final

from functions.shared.canonical import Json
from functions.snapshot.normalize.values import object_of

SCHEMA: Final = 1
# Every name that a field of a documented payload has, at any depth.
_PAYLOAD_TEXT: Final = """
allowed_ips api_call_logging api_call_logging_project_ids batch_1_day_max_input_tokens certificate
certificates changes_requested configs connector_id connector_name data description email enabled
error_code error_message fine_tuned_model_checkpoint group_name id identity_provider_id
max_audio_megabytes_per_1_minute max_images_per_1_minute max_requests_per_1_day
max_requests_per_1_minute max_tokens_per_1_minute metadata name permissions permissions_added
permissions_removed principal_id principal_type project_id resource_id resource_type role role_id
role_name scopes service_account_id source threads_ui_visibility title usage_dashboard_visibility
workspace_id
"""
_PAYLOAD: Final = frozenset(_PAYLOAD_TEXT.split())


def origin_digest(event: Json, key: bytes) -> str:
    """Return ``<schema>:<hex>`` of an event as OpenAI shows it, under the tenant's hashing key."""
    actor = object_of(event.get("actor"))
    session, api_key = object_of(actor.get("session")), object_of(actor.get("api_key"))
    kind = event.get("type")
    documented = [
        event.get("id"),
        kind,
        event.get("effective_at"),
        object_of(event.get("project")).get("id"),
        actor.get("type"),
        object_of(session.get("user")).get("id"),
        session.get("ip_address"),
        api_key.get("id"),
        object_of(api_key.get("user")).get("id"),
        object_of(api_key.get("service_account")).get("id"),
        _documented(event.get(kind)) if isinstance(kind, str) else None,
    ]
    text = json.dumps(documented, sort_keys=True, separators=(",", ":"))
    return f"{SCHEMA}:{hmac.new(key, b'origin' + text.encode(), hashlib.sha256).hexdigest()}"


def _documented(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _documented(value[name]) for name in value if name in _PAYLOAD}
    return [_documented(item) for item in value] if isinstance(value, list) else value
