"""What the functions may do with the table's key, held against the grants of the CDK itself."""

from fnmatch import fnmatchcase
from typing import Any

from infra.grants import GRANTS
from tests.infra.template import Template, listed

# Of what `kms:GenerateDataKey*` covers, what makes data keys; the rest makes pairs of keys.
_ACTIONS = (
    *("kms:Decrypt", "kms:DescribeKey", "kms:Encrypt", "kms:ReEncryptFrom", "kms:ReEncryptTo"),
    *("kms:GenerateDataKey", "kms:GenerateDataKeyWithoutPlaintext"),
)
_READS = ("dynamodb:GetItem", "dynamodb:Query")


def _granted(read: bool) -> set[str]:
    """Return what the CDK grants of a customer's key to who reads, or reads and writes, a table."""
    from aws_cdk import App, Stack, assertions
    from aws_cdk import aws_dynamodb as dynamodb
    from aws_cdk import aws_iam as iam
    from aws_cdk import aws_kms as kms

    stack = Stack(App(), "one")
    table = dynamodb.Table(
        stack,
        "Table",
        partition_key=dynamodb.Attribute(name="pk", type=dynamodb.AttributeType.STRING),
        encryption=dynamodb.TableEncryption.CUSTOMER_MANAGED,
        encryption_key=kms.Key(stack, "Key"),
    )
    role = iam.Role(stack, "Role", assumed_by=iam.ServicePrincipal("lambda.amazonaws.com"))
    _ = table.grant_read_data(role) if read else table.grant_read_write_data(role)
    (policy,) = assertions.Template.from_stack(stack).find_resources("AWS::IAM::Policy").values()
    statements: list[Any] = policy["Properties"]["PolicyDocument"]["Statement"]
    patterns = [action for statement in statements for action in listed(statement["Action"])]
    return {action for action in _ACTIONS if any(fnmatchcase(action, p) for p in patterns)}


def test_a_function_has_of_the_table_s_key_what_the_cdk_grants(prod: Template) -> None:
    """AWS's pages do not settle what a call asks for, and no emulator asks for any of it."""
    assert prod.functions()
    reader, writer = _granted(read=True), _granted(read=False)
    assert reader < writer == set(_ACTIONS)
    users = 0
    for function, grants in GRANTS.items():
        used = {action for g in grants if g.resource.startswith("table") for action in g.actions}
        held = {
            action
            for grant in grants
            if grant.resource == "data-key" and "dynamodb" in grant.via
            for action in grant.actions
        }
        users += bool(used)
        expected = set() if not used else reader if used <= set(_READS) else writer
        assert held == expected, function
    assert users == len(GRANTS)
