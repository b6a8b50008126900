"""The OpenAPI 3.1 document, made from the one table of operations.

Pure. Source: OpenAPI Specification 3.1.0; problem documents: RFC 9457.
"""

import functools
import re
from http import HTTPStatus
from typing import Final

from functions.api.flow import OPERATIONS
from functions.api.schemas.operation import Operation
from functions.api.schemas.parameters import PARAMETERS
from functions.api.schemas.resources import SCHEMAS
from functions.shared.http.edge import PREFIX
from functions.shared.records.fields import Schema

_ABOUT: Final = (
    "Hour-by-hour, signed evidence of what an OpenAI organization held and who changed it. Send "
    "the ID token of a signed-in user, or the access token of a machine's client (`POST /token`); "
    "the tenant is read from it and from nowhere else. A tenant has a budget of requests a minute: "
    "`RateLimit` says what is left of it, 429 that nothing is. Another "
    "tenant's id answers like one that never existed: 404. Lists go on with `next_cursor`. Every "
    "instant is RFC 3339, UTC, to the second; an hour is named by its start."
)


_SCOPES: Final = {
    "read": "Read every list, figure and anchor",
    "packs": "Have packs made, download and share them",
    "write": "Connect organizations, and say what becomes of findings",
}


@functools.cache
def document() -> Schema:
    """Return the document."""
    paths: Schema = {}
    for operation in OPERATIONS:
        path = paths.setdefault(PREFIX + operation.path, {})
        path[operation.method.lower()] = _operation(operation)
    return {
        "openapi": "3.1.0",
        "info": {"title": "OpenAI Audit", "version": "1", "description": _ABOUT},
        "jsonSchemaDialect": "https://json-schema.org/draft/2020-12/schema",
        "paths": paths,
        "components": {
            "schemas": SCHEMAS,
            "securitySchemes": {
                "idToken": {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"},
                "machine": {
                    "type": "oauth2",
                    "flows": {
                        "clientCredentials": {"tokenUrl": f"{PREFIX}/token", "scopes": _SCOPES}
                    },
                },
            },
        },
    }


def _operation(operation: Operation) -> Schema:
    document: Schema = {
        "operationId": operation.name,
        "summary": operation.summary,
        "parameters": _path_parameters(operation)
        + [_query_parameter(operation, name) for name in operation.query],
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
        document["requestBody"] = {"required": True, "content": content}
    return document


def _path_parameters(operation: Operation) -> list[Schema]:
    names = re.findall(r"{(\w+)}", operation.path)
    return [
        {"name": name, "in": "path", "required": True, "schema": PARAMETERS[name]} for name in names
    ]


def _query_parameter(operation: Operation, name: str) -> Schema:
    required = name == "month"
    schema = PARAMETERS.get(f"{operation.name}.{name}", PARAMETERS[name])
    return {"name": name, "in": "query", "required": required, "schema": schema}


def _responses(operation: Operation) -> Schema:
    responses: Schema = {
        str(operation.status): {
            "description": HTTPStatus(operation.status).phrase,
            "content": _json(operation.answer),
        }
    }
    if operation.answer == "Link":
        responses["303"] = {
            "description": "The link, without `Accept: application/json`",
            "headers": {"Location": {"schema": {"type": "string", "format": "uri"}}},
        }
    if operation.status in (201, 202):
        responses[str(operation.status)]["headers"] = {"Location": {"schema": {"type": "string"}}}
    statuses = set(operation.problems)
    if not operation.public:
        statuses |= {400, 401, 403, 404, 429}
    for status in sorted(statuses):
        responses[str(status)] = _problem(HTTPStatus(status).phrase)
    responses["default"] = _problem("Any other refusal or fault")
    return responses


def _json(schema: str) -> Schema:
    return {"application/json": {"schema": {"$ref": f"#/components/schemas/{schema}"}}}


def _form(schema: str) -> Schema:
    of = {"schema": {"$ref": f"#/components/schemas/{schema}"}}
    return {"application/x-www-form-urlencoded": of}


def _problem(description: str) -> Schema:
    schema = {"$ref": "#/components/schemas/Problem"}
    return {
        "description": description,
        "content": {"application/problem+json": {"schema": schema}},
    }
