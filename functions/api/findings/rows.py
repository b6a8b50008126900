"""A finding's row in the list: what the register holds, what the tenant says, what is looked up."""

from collections.abc import Callable, Iterator, Sequence

from functions.api.context import Context
from functions.api.finding_state_rows import NO_DEADLINES, NOTHING_SAID, due_by, find_deadlines
from functions.api.findings.actors import with_actors
from functions.api.findings.subjects import NOTHING_KNOWN, Subjects
from functions.api.newest_seal import Newest
from functions.api.sealed_events import Budget
from functions.shared.records.fields import shown
from functions.shared.records.findings import Finding, FindingStatement, ListedFinding


def statements_of(newest: Newest, context: Context) -> Callable[[Finding], FindingStatement]:
    """Return what says of a finding what the tenant says, and until when it is to be closed.

    Args:
        newest: the hour whose findings they are.
        context: the function's.
    """
    tenant = newest.seal.content["tenant_id"] if newest.seal else None
    states = context.finding_states(tenant, newest.org_id).all() if tenant else {}
    last_day = due_by(find_deadlines(context.table, tenant) if tenant else NO_DEADLINES)

    def statement(finding: Finding) -> FindingStatement:
        said = states.get((finding["finding_id"], finding["first_seen_hour"]), NOTHING_SAID)
        # What is accepted needs not be closed, but for a day that was said.
        due = said["due_date"] or (None if said["state"] == "accepted" else last_day(finding))
        return {"stated": said, "due_by": due}

    return statement


def finding_rows(newest: Newest, context: Context) -> Callable[[Finding], ListedFinding]:
    """Return what makes a row of a finding; subject and actor are not looked up yet.

    Args:
        newest: the hour whose findings they are.
        context: the function's.
    """
    statement, placed = statements_of(newest, context), newest.placed("findings")

    def row(finding: Finding) -> ListedFinding:
        cause = finding["resolved_by"]
        listed = shown(ListedFinding, finding, placed, statement(finding))
        listed["resolved_by"] = {**cause, "actor_id": None} if cause else None
        listed["subject"] = NOTHING_KNOWN
        return listed

    return row


def whole_findings(
    rows: Sequence[ListedFinding], newest: Sequence[Newest], context: Context
) -> list[ListedFinding]:
    """Return rows of a page with their subjects, and with who resolved each.

    As many from the first on as one request may look up, which is one at least.

    Raises:
        EvidenceMissing: a sealed object that tells of them is gone.
        EvidenceInvalid: its bytes are not those that were sealed.
    """
    hours, budget = {hour.org_id: hour for hour in newest}, Budget()
    told: dict[str, Iterator[ListedFinding]] = {}
    # The organization of the first row first, so that one row at least is told.
    for org in dict.fromkeys(row["org_id"] for row in rows):
        of_org = [row for row in rows if row["org_id"] == org]
        with_who = with_actors(of_org, hours[org], context, budget)
        told[org] = iter(Subjects(hours[org], context).told(with_who))
    whole: list[ListedFinding] = []
    for row in rows:
        with_all = next(told[row["org_id"]], None)
        if with_all is None:
            break
        whole.append(with_all)
    return whole
