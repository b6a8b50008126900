"""The OpenAPI 3.1 document, made from the one table of operations.

Pure. Source: OpenAPI Specification 3.1.0; problem documents: RFC 9457.
"""

import functools
import re
from collections.abc import Mapping
from http import HTTPStatus
from typing import Final

from functions.api.flow import OPERATIONS
from functions.api.schemas.operation import Operation
from functions.api.schemas.parameters import IDEMPOTENCY_KEY, IF_NONE_MATCH, PARAMETERS
from functions.api.schemas.resources import SCHEMAS
from functions.shared.http.edge import PREFIX
from functions.shared.records.fields import Schema

_ABOUT: Final = """
Hour-by-hour, signed evidence of what an OpenAI organization held and who changed it.

**Sign in**: send the ID token of a signed-in user (not the access token), or the access token of a
machine's client (`POST /token`), as `Authorization: Bearer …`. The tenant is read from it and from
nowhere else; another tenant's id answers like one that never existed: 404, to the byte. Users of
the group `admin` connect organizations and ask for packs, users of the group `auditor` read and
download. A tenant has a budget of requests a minute: `RateLimit` says what is left of it, 429 that
nothing is.

**Answers**: lists go on with `next_cursor`, sent back as `cursor`. Every instant is RFC 3339, UTC,
to the second; an hour is named by its start. Refusals are problem documents (RFC 9457).
`x-request-id` names each request, in the answer's headers alone. HEAD is answered wherever GET is.

**Bodies** are JSON (`Content-Type: application/json`) of at most 64 KiB, with known fields only.
What makes something new takes an `Idempotency-Key`: within 24 hours the same request with the same
key has the same answer and is done once.
""".strip()
_TAGS: Final[Mapping[str, tuple[str, str]]] = {
    "orgs": ("Organizations", "Connect OpenAI organizations; their hours, findings' states"),
    "hashing-key": ("Custody", "Who did what, and the key that matches people with packs"),
    "custody": ("Custody", "Who did what, and the key that matches people with packs"),
    "evidence-packs": ("Evidence packs", "Have packs made, download and share them"),
    "exports": ("Exports", "Lists as files, and everything in one archive"),
    "shared": ("Evidence packs", "Have packs made, download and share them"),
    "token": ("Machines", "How machines sign in, and their clients"),
    "clients": ("Machines", "How machines sign in, and their clients"),
    "webhooks": ("Alerts", "What happens, told by webhook and by mail"),
    "mail": ("Alerts", "What happens, told by webhook and by mail"),
    "proof": ("Verification", "What to hold packs to"),
    "anchors": ("Verification", "What to hold packs to"),
    "signing-keys": ("Verification", "What to hold packs to"),
    "openapi.json": ("About", "This document"),
    "billing": ("Billing", "The month's bill"),
}
_READ: Final = ("Evidence", "What the organizations hold, what changed, and what was found")


_SCOPES: Final = {
    "read": "Read every list, figure and anchor",
    "packs": "Have packs and exports made, download them, and share packs",
    "write": "Connect organizations, and say what becomes of findings",
}


@functools.cache
def document() -> Schema:
    """Return the document."""
    paths: Schema = {}
    for operation in OPERATIONS:
        path = paths.setdefault(PREFIX + operation.path, {})
        path[operation.method.lower()] = _operation(operation)
    tags = dict(_tag(operation) for operation in OPERATIONS)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "OpenAI Audit",
            "version": "1",
            "summary": "Evidence of what an OpenAI organization held and who changed it",
            "description": _ABOUT,
            "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
            "x-changelog": "CHANGELOG.md, beside the source of this service",
        },
        "jsonSchemaDialect": "https://json-schema.org/draft/2020-12/schema",
        "servers": [{"url": "/", "description": "The service that gives out this document"}],
        "tags": [{"name": name, "description": about} for name, about in sorted(tags.items())],
        "paths": paths,
        "components": {
            "schemas": SCHEMAS,
            "headers": {
                "RequestId": {
                    "description": "Names this request; say it when you report a fault",
                    "schema": {"type": "string"},
                },
                "ETag": {
                    "description": "Send it back as `If-None-Match`: 304 where nothing changed",
                    "schema": {"type": "string"},
                },
                "Location": {
                    "required": True,
                    "description": "Where it is",
                    "schema": {"type": "string", "format": "uri-reference"},
                },
                "Replayed": {
                    "description": "`true` where this was answered before, to the same key",
                    "schema": {"type": "string", "enum": ["true"]},
                },
            },
            "securitySchemes": {
                "idToken": {
                    "type": "http",
                    "scheme": "bearer",
                    "bearerFormat": "JWT",
                    "description": "The ID token of a signed-in user",
                },
                "machine": {
                    "type": "oauth2",
                    "description": "The access token of a machine's client",
                    "flows": {
                        "clientCredentials": {"tokenUrl": f"{PREFIX}/token", "scopes": _SCOPES}
                    },
                },
            },
        },
    }


def _tag(operation: Operation) -> tuple[str, str]:
    return _TAGS.get(operation.path.split("/")[1], _READ)


def _operation(operation: Operation) -> Schema:
    document: Schema = {
        "operationId": operation.name,
        "summary": operation.summary,
        "tags": [_tag(operation)[0]],
        "parameters": _path_parameters(operation)
        + [_query_parameter(operation, name) for name in _names_of_query(operation)]
        + _header_parameters(operation),
        "responses": _responses(operation),
    }
    if operation.admin:
        document["description"] = "For users of the group `admin`."
    if not operation.public:
        for_machines = [{"machine": [operation.scope]}] if operation.scope else []
        document["security"] = [{"idToken": []}, *for_machines]
    else:
        document["security"] = []
    if operation.body:
        content = _form(operation.body) if operation.is_form else _json(operation.body)
        document["requestBody"] = {"required": not operation.is_bodiless, "content": content}
    return document


def _path_parameters(operation: Operation) -> list[Schema]:
    names = re.findall(r"{(\w+)}", operation.path)
    return [
        {"name": name, "in": "path", "required": True, "schema": PARAMETERS[name]} for name in names
    ]


def _names_of_query(operation: Operation) -> tuple[str, ...]:
    return (*operation.query, "format") if operation.is_list else operation.query


def _query_parameter(operation: Operation, name: str) -> Schema:
    required = name in ("month", "entity")
    own = f"{operation.name}.{name}"
    schema = PARAMETERS[own if own in PARAMETERS else name]
    return {"name": name, "in": "query", "required": required, "schema": schema}


def _header_parameters(operation: Operation) -> list[Schema]:
    headers = {}
    if operation.done_once:
        headers["Idempotency-Key"] = IDEMPOTENCY_KEY
    if operation.tagged:
        headers["If-None-Match"] = IF_NONE_MATCH
    return [
        {"name": name, "in": "header", "required": False, "schema": schema}
        for name, schema in headers.items()
    ]


def _responses(operation: Operation) -> Schema:
    done: Schema = {
        "description": HTTPStatus(operation.status).phrase,
        "headers": _headers(),
        "content": _json(operation.answer),
    }
    if operation.is_list:
        text = {"schema": {"type": "string"}}
        done["content"] |= {"text/csv": text, "application/x-ndjson": text}
    responses: Schema = {str(operation.status): done}
    if operation.answer == "Link":
        responses["303"] = {
            "description": "The link, without `Accept: application/json`",
            "headers": _headers("Location"),
            "content": _json("PackNumber"),
        }
    if operation.creates:
        done["headers"] |= _headers("Location")
    if operation.done_once:
        done["headers"] |= _headers(**{"Idempotency-Replayed": "Replayed"})
    if operation.tagged:
        done["headers"] = _headers("ETag")
        responses["304"] = {"description": "Not changed", "headers": _headers("ETag")}
    statuses = set(operation.problems)
    if not operation.public:
        statuses |= {400, 401, 403, 404, 429}
    if operation.body:
        statuses |= {413} if operation.is_form else {413, 415}
    for status in sorted(statuses):
        responses[str(status)] = _problem(HTTPStatus(status).phrase)
    responses["default"] = _problem("Any other refusal or fault")
    return responses


def _headers(*names: str, **by_name: str) -> Schema:
    components = {"x-request-id": "RequestId", **{name: name for name in names}, **by_name}
    return {name: {"$ref": f"#/components/headers/{each}"} for name, each in components.items()}


def _json(schema: str) -> Schema:
    return {"application/json": {"schema": {"$ref": f"#/components/schemas/{schema}"}}}


def _form(schema: str) -> Schema:
    of = {"schema": {"$ref": f"#/components/schemas/{schema}"}}
    return {"application/x-www-form-urlencoded": of}


def _problem(description: str) -> Schema:
    schema = {"$ref": "#/components/schemas/Problem"}
    return {
        "description": description,
        "headers": _headers(),
        "content": {"application/problem+json": {"schema": schema}},
    }
