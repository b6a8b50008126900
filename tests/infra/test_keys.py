"""The KMS keys' own policies: what holds whatever any role says."""

import pytest

from tests.infra.template import Resource, Template, flat, listed


def denials(key: Resource) -> dict[str, Resource]:
    """Return a key's Deny statements by their name."""
    statements = key["KeyPolicy"]["Statement"]
    return {s["Sid"]: s for s in statements if s["Effect"] == "Deny"}


def test_there_are_three_keys_and_they_rotate_and_outlive_the_stack(template: Template) -> None:
    """Secrets, signing and data are kept apart."""
    keys = template.all("AWS::KMS::Key")
    assert sorted(name.split("Key")[0] for name in keys) == ["Data", "Secrets", "Signing"]
    for name, key in keys.items():
        assert key["EnableKeyRotation"] is True
        assert template.body["Resources"][name]["DeletionPolicy"] == "RetainExceptOnCreate"


def test_nobody_may_delete_or_disable_a_key(template: Template) -> None:
    """CloudFormation alone may take back a key, which it does when it could not make the stack."""
    role = "cdk-hnb659fds-cfn-exec-role-000000000000-eu-central-1"
    for key in template.all("AWS::KMS::Key").values():
        disabling, deleting = (denials(key)[s] for s in ("NobodyDisables", "NobodyDeletes"))
        assert (disabling["Principal"], deleting["Principal"]) == ("*", "*")
        assert disabling["Action"] == "kms:DisableKey"
        assert "Condition" not in disabling
        assert deleting["Action"] == "kms:ScheduleKeyDeletion"
        spared = {
            f"arn:aws:iam::000000000000:role/{role}",
            f"arn:aws:sts::000000000000:assumed-role/{role}/*",
        }
        assert list(deleting["Condition"]) == ["ArnNotLike"]
        assert set(deleting["Condition"]["ArnNotLike"]["aws:PrincipalArn"]) == spared


@pytest.mark.parametrize(
    ("key", "sid", "functions"),
    [
        ("Signing", "OnlyTheseUnwrap", {"Pack"}),
        ("Signing", "OnlyTheseWrap", {"SigningKey"}),
        ("Secrets", "OnlyTheseUnwrap", {"Connect", "Snapshot", "NotifyWake"}),
        ("Secrets", "OnlyTheseWrap", {"Connect", "Notify"}),
    ],
)
def test_a_secret_key_refuses_everybody_but(
    template: Template, key: str, sid: str, functions: set[str]
) -> None:
    """An administrator's policy or a later role does not open what the key itself refuses."""
    denial = denials(template.only("AWS::KMS::Key", f"{key}Key")[1])[sid]
    assert denial["Principal"] == "*"
    action = "kms:Decrypt" if sid == "OnlyTheseUnwrap" else "kms:Encrypt"
    assert action in denial["Action"]
    assert list(denial["Condition"]) == ["ArnNotLike"]
    excepted = {flat(arn) for arn in listed(denial["Condition"]["ArnNotLike"]["aws:PrincipalArn"])}
    roles = {
        properties["Role"]["Fn::GetAtt"][0]
        for name, properties in template.functions().items()
        if name in functions
    }
    sessions = {f"arn:aws:sts::000000000000:assumed-role/{role}/*" for role in roles}
    assert excepted == {f"{role}.Arn" for role in roles} | sessions


def test_only_the_account_and_the_alarms_services_are_allowed_by_a_key(template: Template) -> None:
    """No other account and no wildcard principal is let in."""
    for name, key in template.all("AWS::KMS::Key").items():
        allowed = {
            str(s["Principal"]) for s in key["KeyPolicy"]["Statement"] if s["Effect"] == "Allow"
        }
        account = str({"AWS": "arn:aws:iam::000000000000:root"})
        services = {str({"Service": f"{s}.amazonaws.com"}) for s in ("cloudwatch", "events")}
        assert allowed == ({account} | services if name.startswith("Data") else {account})
