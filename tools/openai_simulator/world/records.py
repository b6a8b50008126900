"""The wire shapes of the Admin API's objects. Pure.

Source: the official OpenAPI document of 2026-08-21 and its examples.
"""

import hashlib
from collections.abc import Mapping
from typing import Any

from tools.openai_simulator.timeline import Record

_ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
_PLACES = (
    ("DE", "Berlin", "Berlin", "BE", "3320", "52.52000", "13.40500"),
    ("US", "San Francisco", "California", "CA", "7922", "37.77490", "-122.41940"),
    ("GB", "London", "England", "ENG", "2856", "51.50740", "-0.12780"),
    ("FR", "Lyon", "Auvergne-Rhone-Alpes", "ARA", "12322", "45.76400", "4.83570"),
    ("BE", "Leuven", "Flanders", "VLG", "5432", "50.87980", "4.70050"),
)
_AGENTS = (
    "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 Safari/605.1.15",
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/134.0.0.0 Safari/537.36",
    "Mozilla/5.0 (X11; Linux x86_64; rv:136.0) Gecko/20100101 Firefox/136.0",
)


def opaque(*parts: object, length: int = 24) -> str:
    """Return a text of letters and digits that depends on the parts alone."""
    # Half a surrogate pair is a text that JSON can hold.
    parts_bytes = "\x1f".join(map(str, parts)).encode("utf-8", "surrogatepass")
    digest = hashlib.sha512(parts_bytes).digest()
    return "".join(_ALPHABET[byte % 62] for byte in digest[:length])


def redacted(secret: str) -> str:
    """Return a key as OpenAI shows it: its first and last characters."""
    prefix = "sk-admin-" if secret.startswith("sk-admin-") else "sk-proj-"
    return f"{prefix}...{secret[-4:]}"


def user(id_: str, *, name: str | None, email: str | None, role: str | None, at: float) -> Record:
    """Return a user of the organization."""
    return {
        "object": "organization.user",
        "id": id_,
        "name": name,
        "email": email,
        "role": role,
        "added_at": int(at),
        "is_service_account": False,
        "is_scim_managed": False,
        "api_key_last_used_at": None,
        "user": {"object": "user", "id": id_, "enabled": True, "banned": False},
    }


def project(id_: str, *, name: str | None, at: float) -> Record:
    """Return an active project."""
    return {
        "id": id_,
        "object": "organization.project",
        "name": name,
        "created_at": int(at),
        "archived_at": None,
        "status": "active",
    }


def member(person: Mapping[str, Any], *, role: str, at: float) -> Record:
    """Return a user of a project."""
    return {
        "object": "organization.project.user",
        "id": person["id"],
        "name": person.get("name"),
        "email": person.get("email"),
        "role": role,
        "added_at": int(at),
    }


def service_account(id_: str, *, name: str, role: str, at: float) -> Record:
    """Return a service account of a project."""
    return {
        "object": "organization.project.service_account",
        "id": id_,
        "name": name,
        "role": role,
        "created_at": int(at),
    }


def key_owner(kind: str, record: Mapping[str, Any]) -> Record:
    """Return the nested owner of a project key; `kind` is `user` or `service_account`."""
    inner: Record = {"id": record["id"], "name": record.get("name")}
    if kind == "user":
        inner["email"] = record.get("email")
    inner["created_at"] = record.get("added_at", record.get("created_at", 0))
    inner["role"] = record.get("role")
    return {"type": kind, kind: inner}


def project_key(id_: str, *, name: str | None, owner: Record | None, at: float) -> Record:
    """Return a project API key that was never used."""
    return {
        "object": "organization.project.api_key",
        "redacted_value": f"sk-proj-...{opaque(id_, 'tail', length=4)}",
        "name": name,
        "created_at": int(at),
        "last_used_at": None,
        "id": id_,
        "owner_project_access": "active",
        "owner": owner,
    }


def admin_key(
    id_: str, *, name: str, secret: str, owner: Mapping[str, Any] | None, at: float
) -> Record:
    """Return an admin API key; its owner is flat."""
    person = owner or {"id": "user-unknown", "name": "Unknown", "role": "owner"}
    return {
        "object": "organization.admin_api_key",
        "id": id_,
        "name": name,
        "redacted_value": redacted(secret),
        "created_at": int(at),
        "expires_at": None,
        "last_used_at": None,
        "owner": {
            "type": "user",
            "object": "organization.user",
            "id": person["id"],
            "name": person.get("name"),
            "created_at": person.get("added_at", int(at)),
            "role": person.get("role"),
        },
    }


def invite(id_: str, *, email: str, role: str, at: float, lasts_s: int = 7 * 86400) -> Record:
    """Return a pending invite."""
    return {
        "object": "organization.invite",
        "id": id_,
        "email": email,
        "role": role,
        "status": "pending",
        "created_at": int(at),
        "expires_at": int(at) + lasts_s,
        "accepted_at": None,
        "projects": [],
    }


def group(id_: str, *, name: str, at: float) -> Record:
    """Return a group."""
    return {
        "object": "group",
        "id": id_,
        "name": name,
        "created_at": int(at),
        "is_scim_managed": False,
        "group_type": "group",
    }


def role(id_: str, *, name: str, permissions: list[str], predefined: bool = False) -> Record:
    """Return a role."""
    return {
        "object": "role",
        "id": id_,
        "name": name,
        "description": None,
        "permissions": permissions,
        "resource_type": "api.organization",
        "predefined_role": predefined,
    }


def assigned_role(of: Record) -> Record:
    """Return a role as the list of who has it tells of it."""
    return {name: value for name, value in of.items() if name != "object"} | {
        "created_at": None,
        "updated_at": None,
        "created_by": None,
        "created_by_user_obj": None,
        "metadata": {},
        "assignment_sources": None,
    }


def project_group(project_id: str, of: Record, *, at: float) -> Record:
    """Return a group with access to a project."""
    return {
        "object": "project.group",
        "project_id": project_id,
        "group_id": of["id"],
        "group_name": of["name"],
        "group_type": of["group_type"],
        "created_at": int(at),
    }


def workload_identity_provider(id_: str, *, issuer: str, audience: str, at: float) -> Record:
    """Return a provider of workload identities."""
    return {
        "object": "organization.workload_identity_provider",
        "id": id_,
        "name": id_,
        "description": None,
        "type": "oidc",
        "issuer": issuer,
        "audience": audience,
        "enabled": True,
        "attribute_transformations": [],
        "verification": {"type": "discovery", "discovery_url": None},
        "created_at": int(at),
        "updated_at": int(at),
    }


def workload_identity_rule(
    id_: str, *, provider: str, project: str, account: str, matchers: Record, at: float
) -> Record:
    """Return a rule by which tokens of a provider may act as a service account."""
    return {
        "object": "organization.workload_identity_federation_rule",
        "id": id_,
        "name": None,
        "description": None,
        "workload_identity_provider_id": provider,
        "project_id": project,
        "service_account_id": account,
        "attribute_matchers": matchers,
        "permissions": {"type": "service_account_default"},
        "enabled": True,
        "created_at": int(at),
        "updated_at": int(at),
    }


def ip_address(user_id: str, day: int) -> str:
    """Return a person's address of a day (documentation ranges, RFC 5737 and RFC 3849)."""
    number = int.from_bytes(hashlib.sha256(f"{user_id}/{day // 5}".encode()).digest()[:4], "big")
    if number % 5 == 0:
        return f"2001:db8:{number % 4096:x}:{number // 7 % 65536:x}::{number % 250 + 1:x}"
    return f"{('203.0.113', '198.51.100', '192.0.2')[number % 3]}.{number // 3 % 254 + 1}"


def session_actor(person: Mapping[str, Any], at: float) -> Record:
    """Return the actor of something done in the browser, with everything private in it."""
    number = int.from_bytes(hashlib.sha256(person["id"].encode()).digest()[:4], "big")
    country, city, region, code, asn, latitude, longitude = _PLACES[number % len(_PLACES)]
    return {
        "type": "session",
        "session": {
            "user": {"id": person["id"], "email": person.get("email")},
            "ip_address": ip_address(person["id"], int(at) // 86400),
            "user_agent": _AGENTS[number % len(_AGENTS)],
            "ja3": hashlib.sha256(f"ja3{number}".encode()).hexdigest()[:32],
            "ja4": f"t13d1516h2_{number:08x}dead_{number % 65536:04x}beefcafe",
            "ip_address_details": {
                "country": country,
                "city": city,
                "region": region,
                "region_code": code,
                "asn": asn,
                "latitude": latitude,
                "longitude": longitude,
            },
        },
    }


def key_actor(key_id: str, kind: str, owner: Mapping[str, Any]) -> Record:
    """Return the actor of something done with an API key; `kind` as in `key_owner`."""
    inner: Record = {"id": owner["id"]}
    if kind == "user":
        inner["email"] = owner.get("email")
    return {"type": "api_key", "api_key": {"id": key_id, "type": kind, kind: inner}}
