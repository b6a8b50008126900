"""Three ways to answer one HTTP API event; nothing of any is imported before the clock runs.

``python -m benchmarks.api_starters NAME`` answers once and prints the figures.
"""

import json
import sys
import time
from typing import Any

from benchmarks.process import cpu_s, memory_mib

_PATH = "/api/v1/openai/signing-keys"
_EVENT: dict[str, Any] = {
    "version": "2.0",
    "routeKey": f"GET {_PATH}",
    "rawPath": _PATH,
    "rawQueryString": "",
    "headers": {},
    "requestContext": {
        "requestId": "request-1",
        "stage": "$default",
        "http": {"method": "GET", "path": _PATH},
    },
    "isBase64Encoded": False,
}


def ours() -> Any:
    """Answer with the list of signing keys, which is empty."""
    from functions.api.handler import handle

    return handle(_EVENT, None)


def hello() -> Any:
    """Answer as the resolver's first example does, with a query of the same table."""
    import os

    import boto3
    from aws_lambda_powertools.event_handler import APIGatewayHttpResolver
    from boto3.dynamodb.conditions import Key

    app = APIGatewayHttpResolver()
    table = boto3.resource("dynamodb").Table(os.environ["TABLE_NAME"])

    @app.get(_PATH)
    def keys() -> dict[str, Any]:
        answer = table.query(KeyConditionExpression=Key("pk").eq("SIGNING"))
        return {"items": answer["Items"]}

    context: Any = None
    return app.resolve(_EVENT, context)


def client() -> Any:
    """Answer as ``hello`` does, by the client that its table is made of."""
    import os

    import boto3
    from aws_lambda_powertools.event_handler import APIGatewayHttpResolver

    app = APIGatewayHttpResolver()
    dynamodb = boto3.client("dynamodb")

    @app.get(_PATH)
    def keys() -> dict[str, Any]:
        answer = dynamodb.query(
            TableName=os.environ["TABLE_NAME"],
            KeyConditionExpression="pk = :pk",
            ExpressionAttributeValues={":pk": {"S": "SIGNING"}},
        )
        return {"items": answer["Items"]}

    context: Any = None
    return app.resolve(_EVENT, context)


def main() -> None:
    """Answer once and print the figures."""
    before, started = cpu_s(), time.perf_counter()
    answer = {"ours": ours, "hello": hello, "client": client}[sys.argv[1]]()
    wall = time.perf_counter() - started
    assert answer["statusCode"] == 200
    assert json.loads(answer["body"]) == {"items": []}
    figures = {"wall_s": round(wall, 4), "cpu_s": round(cpu_s() - before, 4)}
    print(json.dumps(figures | {"peak_mib": memory_mib("VmHWM")}))


if __name__ == "__main__":
    main()
