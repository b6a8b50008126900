"""Where everything lies: each S3 key and table key is spelled here and nowhere else.

Pure. Every key starts with the tenant, so that no caller can reach another tenant's things by an
id: the ids are checked against their form before they become part of a key.
"""

import hashlib
import re
from datetime import datetime

from functions.shared.errors import MalformedOrganization, NotFound
from functions.shared.hours import month_of, rfc3339

SHARDS = 16
_ID_IN_KEY = 256

_ORGANIZATION = re.compile(r"org-[A-Za-z0-9_-]{3,64}", re.ASCII)
_SURROGATE = re.compile("[\ud800-\udfff]")
_TENANT = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,63}", re.ASCII)


def organization_id(text: object) -> str:
    """Return the text when it has the form of an organization id.

    Raises:
        MalformedOrganization: it has not.
    """
    if not isinstance(text, str) or not _ORGANIZATION.fullmatch(text):
        raise MalformedOrganization(
            "org_id must look like org-AbC123… (Settings → Organization → General at OpenAI)"
        )
    return text


def tenant_id(text: object) -> str:
    """Return the text when it has the form of a tenant id.

    Raises:
        NotFound: it has not; no tenant can have this id.
    """
    if not isinstance(text, str) or not _TENANT.fullmatch(text):
        raise NotFound("no such tenant")
    return text


def shard_of(name: str) -> str:
    """Return the two-digit shard a name falls into, evenly spread and stable."""
    return f"{int.from_bytes(hashlib.sha256(name.encode()).digest()[:4], 'big') % SHARDS:02d}"


# --- evidence bucket ------------------------------------------------------------------------------


def organization_prefix(tenant: str, org: str) -> str:
    """Return the prefix of all evidence of one organization of one tenant."""
    return f"tenant={tenant_id(tenant)}/org={organization_id(org)}/"


def seal_key(tenant: str, org: str, hour: datetime) -> str:
    """Return the key of the seal that closes an hour."""
    return f"{organization_prefix(tenant, org)}seals/{rfc3339(hour)}.json"


def register_key(tenant: str, org: str, hour: datetime, section: str, sha256: str) -> str:
    """Return the key of a register's content, first written in the month of an hour."""
    prefix = organization_prefix(tenant, org)
    return f"{prefix}registers/month={month_of(hour)}/section={section}/{sha256}.jsonl.gz"


def not_shown_key(tenant: str, org: str, hour: datetime, section: str, sha256: str) -> str:
    """Return the key of the ids that a section's picture does not show, as a register's key."""
    prefix = organization_prefix(tenant, org)
    return f"{prefix}not-shown/month={month_of(hour)}/section={section}/{sha256}.jsonl.gz"


def segment_key(tenant: str, org: str, kind: str, month: str, hour: datetime, sha256: str) -> str:
    """Return the key of a segment: of ``kind``, of a month, sealed by an hour.

    Args:
        tenant: tenant id.
        org: organization id.
        kind: ``events``, ``changes``, ``verdicts`` or ``statements``.
        month: the month of what it holds.
        hour: the sealing hour.
        sha256: of its rows.
    """
    return f"{segments_prefix(tenant, org, kind, month)}{rfc3339(hour)}-{sha256}.jsonl.gz"


def segments_prefix(tenant: str, org: str, kind: str, month: str) -> str:
    """Return the prefix of an organization's segments of a kind and a month."""
    return f"{organization_prefix(tenant, org)}{kind}/month={month}/"


def index_run_key(tenant: str, org: str, hour: datetime, sha256: str) -> str:
    """Return the key of a run of the sealed index, written in the month of an hour."""
    prefix = organization_prefix(tenant, org)
    return f"{prefix}index/month={month_of(hour)}/{sha256}.ids"


def large_key(tenant: str, org: str, month: str, sha256: str) -> str:
    """Return the key of a large value, whole, named by what a month's hours sealed."""
    return f"{organization_prefix(tenant, org)}large/month={month}/{sha256}.json.gz"


def month_in(key: str) -> str:
    """Return the month under which an object lies."""
    return key.partition("/month=")[2][:7]


def custody_prefix(tenant: str) -> str:
    """Return the prefix of what is sealed of a tenant's custody log."""
    return f"tenant={tenant_id(tenant)}/custody/"


def custody_key(tenant: str, first: int) -> str:
    """Return the key of what an hour sealed of the custody log, by the number it begins with."""
    return f"{custody_prefix(tenant)}{first:010d}.jsonl"


def anchors_prefix(tenant: str) -> str:
    """Return the prefix of a tenant's anchors."""
    return f"tenant={tenant_id(tenant)}/anchors/"


def anchor_key(tenant: str, day: str) -> str:
    """Return the key of the anchor made on a day, ``2026-04-01``."""
    return f"{anchors_prefix(tenant)}{day}.json"


# --- work and packs buckets -----------------------------------------------------------------------


def checkpoint_key(tenant: str, org: str, hour: datetime) -> str:
    """Return the key of the checkpoint that a run left for an hour it could not close."""
    return f"attempts/{organization_prefix(tenant, org)}{rfc3339(hour)}.json.gz"


def pack_key(tenant: str, number: int, archive_sha256: str) -> str:
    """Return the key of a finished archive; it holds the archive's own digest."""
    return f"tenant={tenant_id(tenant)}/pack-{number}/{archive_sha256}/pack-{number}.tar.gz"


def export_key(tenant: str, number: int, sha256: str) -> str:
    """Return the key of a finished export; it holds the file's own digest."""
    return f"exports/tenant={tenant_id(tenant)}/export-{number}/{sha256}"


# --- table ----------------------------------------------------------------------------------------


def tenant_pk(tenant: str) -> str:
    """Return the partition of a tenant: connections, packs, custody, answered requests."""
    return f"T#{tenant_id(tenant)}"


def organization_pk(tenant: str, org: str) -> str:
    """Return the partition of one organization of a tenant: what is looked up of it."""
    return f"T#{tenant_id(tenant)}#O#{organization_id(org)}"


def connection_sk(org: str) -> str:
    """Return the sort key of a connection."""
    return f"ORG#{organization_id(org)}"


def hour_sk(hour: datetime) -> str:
    """Return the sort key of an hour's row."""
    return f"HOUR#{rfc3339(hour)}"


def lifecycle_sk(sequence: int) -> str:
    """Return the sort key of a lifecycle entry."""
    return f"LIFE#{sequence:08d}"


def _in_key(identity: str) -> str:
    """Return an id of OpenAI's as part of a key: DynamoDB takes 1,024 bytes of UTF-8."""
    encoded = identity.encode("utf-8", "surrogatepass")
    if len(encoded) <= _ID_IN_KEY and not _SURROGATE.search(identity):
        return identity
    return f"sha256:{hashlib.sha256(encoded).hexdigest()}"


def change_sk(hour: str, section: str, entity_id: str, kind: str) -> str:
    """Return the sort key of a change."""
    return f"{CHANGE_PREFIX}{hour}#{section}#{_in_key(entity_id)}#{kind}"


def account_owner_sk(service_account_id: str) -> str:
    """Return the sort key of the person who answers for a service account."""
    return f"{ACCOUNT_OWNER_PREFIX}{service_account_id}"


def finding_state_sk(finding_id: str, first_seen_hour: str) -> str:
    """Return the sort key of what a tenant says of a finding."""
    return f"{FINDING_STATE_PREFIX}{finding_id}#{first_seen_hour}"


def statement_sk(n: int) -> str:
    """Return the sort key of a statement of a tenant's, by its number."""
    return f"SAID#{n:08d}"


def pack_sk(number: int) -> str:
    """Return the sort key of a pack row."""
    return f"PACK#{number:08d}"


def export_sk(number: int) -> str:
    """Return the sort key of an export's row."""
    return f"EXPORT#{number:08d}"


def pack_month_sk(month: str) -> str:
    """Return the sort key that makes a monthly pack the only one of its month."""
    return f"PACKMONTH#{month}"


def pack_like_sk(asked_sha256: str) -> str:
    """Return the sort key that names the newest pack asked for in just this way."""
    return f"PACKLIKE#{asked_sha256}"


def custody_sk(n: int) -> str:
    """Return the sort key of a custody entry, by its number: behind older ones, by their times."""
    return f"{CUSTODY_PREFIX}N{n:010d}"


def custody_count_sk(action: str, counted: str) -> str:
    """Return the sort key that names the newest entry which counts an action on something."""
    return f"COUNTED#{action}#{counted}"


def share_link_sk(number: int, link_id: str) -> str:
    """Return the sort key of a share link of a pack."""
    return f"LINK#{number:08d}#{link_id}"


def share_token_pk(token_sha256: str) -> str:
    """Return the partition that says which link a token's digest belongs to.

    Whoever holds a token has no account: 256 bits that nobody can guess lead to the link's key.
    """
    return f"SHARE#{token_sha256}"


def answered_request_sk(key: str) -> str:
    """Return the sort key of what was answered to a request with an ``Idempotency-Key``."""
    return f"ANSWERED#{key}"


def client_sk(client_id: str) -> str:
    """Return the sort key of a machine's client of a tenant."""
    return f"{CLIENT_PREFIX}{client_id}"


def client_pk(client_id: str) -> str:
    """Return the partition that says whose client an id is: a machine names no tenant."""
    return f"CLIENT#{client_id}"


def access_token_pk(token_sha256: str) -> str:
    """Return the partition of an access token, known by its digest."""
    return f"TOKEN#{token_sha256}"


def request_count_sk(minute: str) -> str:
    """Return the sort key that counts a tenant's requests of one minute."""
    return f"REQUESTS#{minute}"


def tenants_pk(tenant: str) -> str:
    """Return the partition that lists a share of all tenants."""
    return f"TENANTS#{shard_of(tenant)}"


def due_shard(tenant: str, org: str) -> str:
    """Return the shard of the ``due`` index an organization is in."""
    return f"DUE#{shard_of(f'{tenant}/{org}')}"


HASHKEY_SK = "HASHKEY"
DEADLINES_SK = "DEADLINES"
ACCOUNT_OWNER_PREFIX = "ANSWERS#"
FINDING_STATE_PREFIX = "STATE#"
CUSTODY_PREFIX = "CUSTODY#"
CLIENT_PREFIX = "CLIENT#"
CHANGE_PREFIX = "CH#"
PACK_COUNTER_SK = "COUNTER#packs"
STATEMENT_COUNTER_SK = "COUNTER#statements"
CUSTODY_COUNTER_SK = "COUNTER#custody"
PACK_CHAIN_SK = "PACKCHAIN"
SIGNING_PK = "SIGNING"
FIRST_SIGNING_KEY_SK = "FIRST"


def signing_key_sk(key_id: str) -> str:
    """Return the sort key of a signing key."""
    return f"KEY#{key_id}"
