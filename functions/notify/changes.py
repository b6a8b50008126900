"""Changes of rows that hold only while other fields are as they were read."""

from collections.abc import Mapping

from functions.shared.aws.table import Change


def setting(pk: str, sk: str, sets: Mapping[str, object], before: Mapping[str, object]) -> Change:
    """Return what sets fields of a row whose other fields are as before."""
    return Change(
        pk=pk,
        sk=sk,
        expression="SET " + ", ".join(f"#{name} = :{name}" for name in sets),
        values={
            **{f":{name}": value for name, value in sets.items()},
            **{f":was_{name}": value for name, value in before.items()},
        },
        condition=" AND ".join(f"#{name} = :was_{name}" for name in before),
        names={f"#{name}": name for name in (*sets, *before)},
    )
