"""The error tree: what lasts is told from what passes, and says so in one word."""

import pytest

from functions.shared import errors

LASTING = {
    errors.KeyRejected: "key_rejected",
    errors.OrganizationMismatch: "mismatched_organization",
    errors.AnsweredForAnother: "mismatched_organization",
    errors.ScopeMissing: "scope_missing",
    errors.EndpointUnavailable: "unavailable",
    errors.ParameterRefused: "parameter_refused",
    errors.Quarantined: "quarantined",
}
PASSING = {
    errors.UpstreamError: "upstream_error",
    errors.AddressNotAuthorized: "ip_not_authorized",
    errors.RegionNotSupported: "region_not_supported",
    errors.RefusedOnTheWay: "refused_on_the_way",
    errors.RefusalContradicted: "refusal_contradicted",
    errors.Throttled: "rate_limited",
    errors.StreamsFull: "rate_limited",
    errors.QuotaExhausted: "insufficient_quota",
    errors.UpstreamFailed: "server_error",
    errors.UpstreamUnreachable: "unreachable",
    errors.UpstreamTimeout: "timeout",
    errors.DeadlineReached: "deadline",
    errors.RequestBudgetSpent: "request_budget",
    errors.ChangedWhileRead: "changed_while_read",
    errors.ProjectVanished: "project_vanished",
    errors.BadResponse: "bad_response",
    errors.ResponseTooLarge: "response_too_large",
    errors.UnexpectedRedirect: "unexpected_redirect",
}


def _subclasses(kind: type[errors.UpstreamError]) -> set[type[errors.UpstreamError]]:
    return {kind}.union(*(_subclasses(sub) for sub in kind.__subclasses__()))


@pytest.mark.parametrize(("kind", "reason"), [*LASTING.items(), *PASSING.items()])
def test_each_refusal_of_openai_has_its_word(kind: type[errors.UpstreamError], reason: str) -> None:
    """The words are sealed, so they never change; a message stands in for itself."""
    assert (kind.reason, str(kind()), str(kind("why"))) == (reason, reason, "why")
    assert kind.lasting is (kind in LASTING)


def test_no_refusal_is_without_a_word() -> None:
    """A new class is added here, too."""
    ours = {kind for kind in _subclasses(errors.UpstreamError) if "shared" in kind.__module__}
    assert ours == set(LASTING) | set(PASSING)


def test_what_says_nothing_of_the_connection_passes() -> None:
    """A refusal of an address, a region, a CDN, or one that the same run refutes."""
    kinds = [kind for kind in PASSING if PASSING[kind] in errors.PASSING_BY]
    assert len(kinds) == len(errors.PASSING_BY) == 4


def test_a_refusal_carries_what_openai_said() -> None:
    """Its request id and how long to wait, where it told."""
    error = errors.Throttled("x", request_id="req_1", retry_after_s=2.5)
    assert (error.request_id, error.retry_after_s) == ("req_1", 2.5)
    assert (errors.Throttled().request_id, errors.Throttled().retry_after_s) == (None, None)


def test_bytes_that_are_no_json_are_nobodys_fault_yet() -> None:
    """Whoever reads them decides; only the client of OpenAI makes them OpenAI's."""
    assert issubclass(errors.MalformedJson, errors.AuditError)
    assert not issubclass(errors.MalformedJson, errors.UpstreamError)
    assert errors.KeyUnusable.reason == "key_unusable"
