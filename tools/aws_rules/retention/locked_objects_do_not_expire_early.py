"""A bucket's lifecycle expires no object before its default lock ends.

The lifecycle cannot delete a locked version, but hides it behind a delete marker at that age, and
never says that it did not delete. By a date it does so whatever an object's age.
Source: S3 User Guide, "Managing Object Lock" (now "Object Lock considerations"), Managing delete
markers and object lifecycles;
CloudFormation Template Reference, AWS::S3::Bucket Rule.
"""

from collections.abc import Iterator

from tools.aws_rules.template import Finding, Properties, Template, listed


def check(template: Template) -> Iterator[Finding]:
    """Yield each bucket with a rule that is shorter than its lock."""
    for name, bucket in template.of_type("AWS::S3::Bucket"):
        locked_days = _locked_days(bucket)
        if not locked_days:
            continue
        for rule in listed((bucket.get("LifecycleConfiguration") or {}).get("Rules")):
            if rule.get("Status") != "Enabled":
                continue
            for days in _expires_after(rule):
                if int(days) < locked_days:
                    yield Finding(name, f"expires after {days} days, and locks for {locked_days}")
            if rule.get("ExpirationDate") is not None:
                yield Finding(name, "expires on a date, whatever the age of what it locks")


def _expires_after(rule: Properties) -> Iterator[int | str]:
    noncurrent = (rule.get("NoncurrentVersionExpiration") or {}).get("NoncurrentDays")
    for days in (
        rule.get("ExpirationInDays"),
        noncurrent,
        rule.get("NoncurrentVersionExpirationInDays"),
    ):
        if days is not None:
            yield days


def _locked_days(bucket: Properties) -> int:
    rule = (bucket.get("ObjectLockConfiguration") or {}).get("Rule") or {}
    retention = rule.get("DefaultRetention") or {}
    return int(retention.get("Days") or 0) + 365 * int(retention.get("Years") or 0)
