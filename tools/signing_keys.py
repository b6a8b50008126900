"""The operator's orders about signing keys: list them, put a new one in place, withdraw one.

``python -m tools.signing_keys --stack openai-audit-prod list|rotate|revoke KEY_ID --reason "…"``,
with the operator's AWS credentials. The order goes to the deployed function that made the first
key; seeds are made and wrapped there, and no person ever holds one. What a rotation and a
revocation mean for auditors: docs/operating.md.
"""

import argparse
import json
import sys
from typing import Any, Final

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError, NoRegionError

from functions.shared.canonical import Json

DONE, REFUSED, NOT_REACHED = 0, 1, 2
_FUNCTION: Final = "SigningKeyFunctionName"
# An order that was lost on its way is given again by a person, who looks first.
_ONCE: Final = Config(read_timeout=90, retries={"total_max_attempts": 1})


class NotReached(Exception):
    """The function did not answer; whether it carried the order out is not known."""


def send(functions: Any, name: str, order: Json) -> Json:
    """Send one order and return the answer.

    Args:
        functions: a Lambda client.
        name: of the function.
        order: with ``order`` and what belongs to it.

    Raises:
        NotReached: the function is not there, or failed.

    Permissions:
        lambda:InvokeFunction on the function.
    """
    try:
        answer = functions.invoke(FunctionName=name, Payload=json.dumps(order).encode())
    except (ClientError, BotoCoreError) as error:
        raise NotReached(f"the function {name} did not answer: {error}") from error
    if "FunctionError" in answer:
        raise NotReached(f"the function {name} failed; its log says why")
    body: Json = json.loads(answer["Payload"].read())
    return body


def carry_out(options: argparse.Namespace, functions: Any, name: str) -> Json:
    """Carry out the order of the command line; return the function's answer."""
    if options.order == "list":
        return send(functions, name, {"order": "list"})
    if options.order == "revoke":
        order = {"order": "revoke", "key_id": options.key_id, "reason": options.reason}
        return send(functions, name, order)
    listing = send(functions, name, {"order": "list"})
    order = {"order": "rotate", "overlap_hours": options.overlap_hours}
    return send(functions, name, order | {"replaces": listing["current"]})


def show(answer: Json) -> str:
    """Return the keys as a table, the newest last."""
    lines = [f"{'key':20}  {'from':20}  {'until':20}  public key, state"]
    for key in answer["items"]:
        state = " signs new packs" if key["key_id"] == answer["current"] else ""
        if key["revoked_at"]:
            state = f" revoked {key['revoked_at']}: {key['revoked_reason']}"
        until = key["not_after"] or "-"
        lines.append(
            f"{key['key_id']:20}  {key['not_before']:20}  {until:20}  {key['public_hex']}{state}"
        )
    return "\n".join(lines)


def _arguments(argv: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m tools.signing_keys",
        description=(__doc__ or "").splitlines()[0],
        epilog="Exit code: 0 done, 1 refused, 2 wrong arguments or no answer.",
        allow_abbrev=False,
    )
    parser.add_argument("--stack", help="such as openai-audit-prod; names the function to ask")
    parser.add_argument("--function", help="its name, where there is no stack to ask for it")
    parser.add_argument("--json", action="store_true", help="one line of JSON, as the API shows it")
    commands = parser.add_subparsers(dest="order", required=True)
    commands.add_parser("list", help="show every key ever used")
    rotate = commands.add_parser("rotate", help="put a new key in the current one's place")
    rotate.add_argument(
        "--overlap-hours",
        type=int,
        default=24,
        help="how long the current one may still sign what was asked for before (default 24)",
    )
    revoke = commands.add_parser("revoke", help="withdraw a key; packs under it are then refused")
    revoke.add_argument("key_id", metavar="KEY_ID")
    revoke.add_argument("--reason", required=True, help="why; published with the key")
    options = parser.parse_args(argv)
    if bool(options.stack) == bool(options.function):
        parser.error("name the stack with --stack, or the function with --function")
    return options


def _function_of(stack: str) -> str:
    """Return the name of the stack's function (cloudformation:DescribeStacks)."""
    try:
        (description,) = boto3.client("cloudformation").describe_stacks(StackName=stack)["Stacks"]
    except NoRegionError:
        raise
    except (ClientError, BotoCoreError) as error:
        raise NotReached(f"the stack {stack} cannot be read: {error}") from error
    outputs = {
        output["OutputKey"]: output["OutputValue"] for output in description.get("Outputs", [])
    }
    if _FUNCTION not in outputs:
        raise NotReached(f"the stack {stack} has no output {_FUNCTION}")
    return outputs[_FUNCTION]


def main(argv: list[str] | None = None, functions: Any = None) -> int:
    """Carry out what the command line asks; return the exit code."""
    options = _arguments(argv)
    try:
        name = options.function or _function_of(options.stack)
        answer = carry_out(options, functions or boto3.client("lambda", config=_ONCE), name)
    except NoRegionError:
        print("NOT REACHED  no region is set: set AWS_DEFAULT_REGION", file=sys.stderr)
        return NOT_REACHED
    except (NotReached, BotoCoreError) as error:
        print(f"NOT REACHED  {error}", file=sys.stderr)
        return NOT_REACHED
    if "refused" in answer:
        print(f"REFUSED  {answer['refused']}", file=sys.stderr)
        return REFUSED
    print(json.dumps({"items": answer["items"]}) if options.json else show(answer))
    return DONE


if __name__ == "__main__":
    raise SystemExit(main())
