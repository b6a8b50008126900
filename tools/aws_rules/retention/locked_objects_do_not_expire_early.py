"""A bucket's lifecycle expires no object before its default lock ends.

The lifecycle cannot delete a locked version, but hides it behind a delete marker at that age, and
never says that it did not delete.
Source: S3 User Guide, "Managing Object Lock" (now "Object Lock considerations"), Managing delete
markers and object lifecycles.
"""

from collections.abc import Iterator

from tools.aws_rules.template import Finding, Properties, Template, listed


def check(template: Template) -> Iterator[Finding]:
    """Yield each bucket with a rule that is shorter than its lock."""
    for name, bucket in template.of_type("AWS::S3::Bucket"):
        locked_days = _locked_days(bucket)
        for rule in listed((bucket.get("LifecycleConfiguration") or {}).get("Rules")):
            noncurrent = (rule.get("NoncurrentVersionExpiration") or {}).get("NoncurrentDays")
            for days in (rule.get("ExpirationInDays"), noncurrent):
                if locked_days and days is not None and int(days) < locked_days:
                    yield Finding(name, f"expires after {days} days, and locks for {locked_days}")


def _locked_days(bucket: Properties) -> int:
    rule = (bucket.get("ObjectLockConfiguration") or {}).get("Rule") or {}
    retention = rule.get("DefaultRetention") or {}
    return int(retention.get("Days") or 0) + 365 * int(retention.get("Years") or 0)
