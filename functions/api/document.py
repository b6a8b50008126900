"""The OpenAPI 3.1 document, made from the one table of operations.

Pure. Source: OpenAPI Specification 3.1.0; problem documents: RFC 9457.
"""

import functools
import re
from http import HTTPStatus
from typing import Final

from functions.api.flow import OPERATIONS, Operation
from functions.api.schemas.parameters import PARAMETERS
from functions.api.schemas.resources import SCHEMAS
from functions.shared.canonical import Json
from functions.shared.http.edge import PREFIX

_ABOUT: Final = (
    "Hour-by-hour, signed evidence of what an OpenAI organization held and who changed it. Send "
    "the ID token of a signed-in user; the tenant is read from it and from nowhere else. Another "
    "tenant's id answers like one that never existed: 404. Lists go on with `next_cursor`. Every "
    "instant is RFC 3339, UTC, to the second; an hour is named by its start."
)


@functools.cache
def document() -> Json:
    """Return the document."""
    paths: Json = {}
    for one in OPERATIONS:
        paths.setdefault(PREFIX + one.path, {})[one.method.lower()] = _operation(one)
    return {
        "openapi": "3.1.0",
        "info": {"title": "OpenAI Audit", "version": "1", "description": _ABOUT},
        "jsonSchemaDialect": "https://json-schema.org/draft/2020-12/schema",
        "paths": paths,
        "components": {
            "schemas": SCHEMAS,
            "securitySchemes": {
                "idToken": {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"}
            },
        },
        "security": [{"idToken": []}],
    }


def _operation(one: Operation) -> Json:
    found: Json = {
        "operationId": one.name,
        "summary": one.summary,
        "parameters": _path_parameters(one) + [_query_parameter(one, name) for name in one.query],
        "responses": _responses(one),
    }
    if one.admin:
        found["description"] = "For users of the group `admin`."
    if one.public:
        found["security"] = []
    if one.body:
        found["requestBody"] = {"required": True, "content": _json(one.body)}
    return found


def _path_parameters(one: Operation) -> list[Json]:
    names = re.findall(r"{(\w+)}", one.path)
    return [
        {"name": name, "in": "path", "required": True, "schema": PARAMETERS[name]} for name in names
    ]


def _query_parameter(one: Operation, name: str) -> Json:
    required = name == "month"
    schema = PARAMETERS.get(f"{one.name}.{name}", PARAMETERS[name])
    return {"name": name, "in": "query", "required": required, "schema": schema}


def _responses(one: Operation) -> Json:
    found: Json = {
        str(one.status): {
            "description": HTTPStatus(one.status).phrase,
            "content": _json(one.answers),
        }
    }
    if one.answers == "Link":
        found["303"] = {
            "description": "The link, without `Accept: application/json`",
            "headers": {"Location": {"schema": {"type": "string", "format": "uri"}}},
        }
    if one.status in (201, 202):
        found[str(one.status)]["headers"] = {"Location": {"schema": {"type": "string"}}}
    statuses = set(one.problems)
    if not one.public:
        statuses |= {400, 401, 403, 404} if one.admin else {400, 401, 404}
    for status in sorted(statuses):
        found[str(status)] = _problem(HTTPStatus(status).phrase)
    found["default"] = _problem("Any other refusal or fault")
    return found


def _json(schema: str) -> Json:
    return {"application/json": {"schema": {"$ref": f"#/components/schemas/{schema}"}}}


def _problem(description: str) -> Json:
    schema = {"$ref": "#/components/schemas/Problem"}
    return {
        "description": description,
        "content": {"application/problem+json": {"schema": schema}},
    }
