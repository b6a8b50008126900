"""A client that is asked for twice with one ``Idempotency-Key`` is made once."""

from tests.access.conftest import Access
from tests.support.aws_state import all_items


def test_a_client_asked_for_again_is_named_and_its_secret_is_kept_nowhere(access: Access) -> None:
    """Whoever lost the answer gives that client a new secret."""
    body, headers = {"scopes": ["read"]}, {"idempotency-key": "k-1"}
    status, made = access.ask("POST /clients", body=body, headers=headers)
    assert status == 201
    status, problem = access.ask("POST /clients", body=body, headers=headers)
    assert (status, problem["type"]) == (409, "/problems/already-done")
    assert made["client_id"] in problem["detail"]
    secret = made["client_secret"]
    assert secret not in str(problem) + str(all_items(access.context.clients.table))
    clients = access.ask("GET /clients")[1]["items"]
    assert [client["client_id"] for client in clients] == [made["client_id"]]
