"""What each documented field of OpenAI's Admin API is, and which words the API itself uses.

Pure data. Step 2 of 6, part: privacy. Source: OpenAI's OpenAPI document of 2026-08-21, and the
official SDK for the event types that the document lacks; what a field *is* was judged by hand. A
test derives paths, event types and words from the document again.
"""

from collections.abc import Mapping
from typing import Final, Literal, cast

Kind = Literal[
    "id",  # as it is
    "word",  # an enum's value, a role, a scope: readable
    "name",  # of a thing: readable, without addresses and keys in it
    "networks",  # an organization's own list of networks: as it is
    "prose",  # somebody's sentences: a keyed hash
    "address",  # a person's: a keyed hash and the first letters
    "person_name",  # left out
    "person_ip",  # a keyed hash
    "number",
    "flag",
    "instant",
    "open",  # an object whose fields are not documented
]
Fields = Mapping[str, "Kind | Fields"]
"""From a field's name to what it is, or to the fields inside; lists are looked through."""

# What a field is follows from its last name; a line below says so where it does not.
_KINDS: Final[Mapping[Kind, str]] = {
    "id": """
        id api_call_logging_project_ids connector_id created_by external_key_id group_id
        identity_provider_id principal_id project_id resource_id role_id service_account_id
        workload_identity_provider_id workspace_id
    """,
    "word": """
        api_call_logging developer_persona error_code group_type object owner_project_access
        permissions permissions_added permissions_removed principal_type residency resource_type
        role scopes source status technical_level threads_ui_visibility type
        usage_dashboard_visibility user_type
    """,
    "name": """
        attribute audience connector_name discovery_url fine_tuned_model_checkpoint group_name
        issuer name redacted_value role_name title
    """,
    "networks": "allowed_ips",
    "prose": "certificate description error_message expression",
    "address": "email",
    "person_name": "picture",
    "person_ip": "ip_address",
    "number": """
        batch_1_day_max_input_tokens max_audio_megabytes_per_1_minute max_images_per_1_minute
        max_requests_per_1_day max_requests_per_1_minute max_tokens_per_1_minute
    """,
    "flag": """
        banned enabled is_default is_scale_tier_authorized_purchaser is_scim_managed
        is_service_account predefined_role scim_managed
    """,
    "instant": """
        accepted_at added_at api_key_last_used_at archived_at banned_at created created_at
        effective_at expires_at last_used_at updated_at
    """,
    "open": "attribute_matchers changes_requested created_by_user_obj data jwks metadata",
}

_RECORDS: Final = """
admin_keys: id object name redacted_value created_at expires_at last_used_at
  owner.type owner.object owner.id owner.name=person_name owner.created_at owner.role
api_keys: id object name redacted_value created_at last_used_at owner_project_access owner.type
  owner.user.id owner.user.email owner.user.name=person_name owner.user.created_at owner.user.role
  owner.service_account.id owner.service_account.name owner.service_account.created_at
  owner.service_account.role
audit_events: id type effective_at project.id project.name actor.type actor.api_key.id
  actor.api_key.type actor.api_key.service_account.id actor.api_key.user.id
  actor.api_key.user.email actor.session.ip_address actor.session.user.id actor.session.user.email
groups: id object name created_at scim_managed is_scim_managed group_type
invites: id object email role status created_at expires_at accepted_at projects.id projects.role
group_members: id name=person_name email picture is_service_account user_type
group_roles: id name description permissions resource_type predefined_role created_at
  updated_at created_by created_by_user_obj metadata assignment_sources.principal_id
  assignment_sources.principal_type
project_groups: object project_id group_id group_name group_type created_at
project_users: id object name=person_name email role added_at
projects: id object name status created_at archived_at external_key_id residency
roles: id object name description permissions resource_type predefined_role
service_accounts: id object name role created_at
user_roles: id name description permissions resource_type predefined_role created_at
  updated_at created_by created_by_user_obj metadata assignment_sources.principal_id
  assignment_sources.principal_type
users: id object name=person_name email role added_at created is_default is_service_account
  is_scim_managed is_scale_tier_authorized_purchaser api_key_last_used_at technical_level
  developer_persona projects.object projects.data.id projects.data.name projects.data.role
  user.object user.id user.email user.name=person_name user.picture user.enabled user.banned
  user.banned_at
workload_identity_providers: id object name description issuer audience type enabled created_at
  updated_at attribute_transformations.attribute attribute_transformations.expression
  verification.type verification.discovery_url verification.jwks
workload_identity_rules: id object name description workload_identity_provider_id project_id
  service_account_id attribute_matchers permissions.type permissions.scopes enabled created_at
  updated_at
"""

_PAYLOADS: Final = """
api_key.created: id data.scopes
api_key.updated: id changes_requested.scopes
api_key.deleted: id
certificate.created: id name
certificate.updated: id name
certificate.deleted: id certificate name
certificates.activated: certificates.id certificates.name
certificates.deactivated: certificates.id certificates.name
checkpoint.permission.created: id data.fine_tuned_model_checkpoint data.project_id
checkpoint.permission.deleted: id
external_key.registered: id data
external_key.removed: id
group.created: id data.group_name
group.updated: id changes_requested.group_name
group.deleted: id
invite.sent: id data.email data.role
invite.accepted: id
invite.deleted: id
ip_allowlist.created: id allowed_ips name
ip_allowlist.updated: id allowed_ips
ip_allowlist.deleted: id allowed_ips name
ip_allowlist.config.activated: configs.id configs.name
ip_allowlist.config.deactivated: configs.id configs.name
login.failed: error_code error_message
logout.failed: error_code error_message
organization.updated: id changes_requested.api_call_logging
  changes_requested.api_call_logging_project_ids changes_requested.description
  changes_requested.name changes_requested.threads_ui_visibility changes_requested.title
  changes_requested.usage_dashboard_visibility
project.created: id data.name data.title
project.updated: id changes_requested.title
project.archived: id
project.deleted: id
rate_limit.updated: id changes_requested.batch_1_day_max_input_tokens
  changes_requested.max_audio_megabytes_per_1_minute changes_requested.max_images_per_1_minute
  changes_requested.max_requests_per_1_day changes_requested.max_requests_per_1_minute
  changes_requested.max_tokens_per_1_minute
rate_limit.deleted: id
workload_identity_provider.created: id data
workload_identity_provider.updated: id changes_requested
workload_identity_provider.deleted: id name
workload_identity_provider_mapping.created: id data identity_provider_id
workload_identity_provider_mapping.updated: id changes_requested identity_provider_id
workload_identity_provider_mapping.deleted: id identity_provider_id project_id
  service_account_id
role.created: id permissions resource_id resource_type role_name
role.updated: id changes_requested.description changes_requested.metadata
  changes_requested.permissions_added changes_requested.permissions_removed
  changes_requested.resource_id changes_requested.resource_type changes_requested.role_name
role.deleted: id
role.assignment.created: id principal_id principal_type resource_id resource_type
role.assignment.deleted: id principal_id principal_type resource_id resource_type
role.bound_to_resource: id connector_id connector_name enabled permissions resource_id
  resource_type role_id source workspace_id
role.unbound_from_resource: id connector_id connector_name enabled permissions resource_id
  resource_type role_id source workspace_id
scim.enabled: id
scim.disabled: id
service_account.created: id data.role
service_account.updated: id changes_requested.role
service_account.deleted: id
user.added: id data.role
user.updated: id changes_requested.role
user.deleted: id
"""

# Event types without documented fields.
_WITHOUT_FIELDS: Final = """
login.succeeded logout.succeeded resource.deleted tunnel.created tunnel.updated tunnel.deleted
tenant.metadata.updated tenant.microsoft_entra_mapping.upserted
tenant.microsoft_entra_mapping.deleted tenant.workload_identity.provider.created
tenant.workload_identity.provider.updated tenant.workload_identity.provider.archived
tenant.workload_identity.mapping.created tenant.workload_identity.mapping.updated
tenant.workload_identity.mapping.archived tenant.workload_identity.binding.created
tenant.workload_identity.principal.provisioned tenant.workload_identity.access_token.issued
tenant.admin_api_key.created tenant.admin_api_key.updated tenant.admin_api_key.deleted
tenant.project_api_key.created tenant.chatgpt_access_token.revoked tenant.migration.completed
tenant.sso.migrated tenant.domains.migrated tenant.sso_connection.created
tenant.sso_connection.updated tenant.sso_connection.deleted tenant.sso_connection.setup.started
tenant.policy.created tenant.policy.updated tenant.policy.deleted tenant.policy.attached
tenant.policy.detached tenant.principal_authentication_policy.resolved tenant.scim.setup.started
tenant.scim.deletion.requested tenant.scim.directory.created
tenant.product_access_policy.updated tenant.resource_share_grant.created
tenant.resource_share_grant.updated tenant.resource_share_grant.accepted
tenant.resource_share_grant.declined tenant.resource_share_grant.revoked
tenant.resource_share_grant.deleted tenant.service_account.updated
tenant.service_account.deleted tenant.service_account.token.revoked
tenant.billing.overage_limit.updated tenant.billing.alerts.updated tenant.billing.info.updated
tenant.usage_limit.workspace.updated tenant.usage_limit.group.updated
tenant.usage_limit.user.updated tenant.usage_limit.increase_request.updated
tenant.usage_limit.increase_request.resolved tenant.group.created tenant.group.updated
tenant.group.deleted tenant.group.member.added tenant.group.member.removed
tenant.migration_rollout.status.updated tenant.migration_rollout.tier.updated
tenant.role.metadata.updated tenant.custom_role.created tenant.custom_role.updated
tenant.custom_role.deleted tenant.role_assignment.created tenant.role_assignment.deleted
tenant.resource_role_assignment.created tenant.resource_role_assignment.deleted
tenant.resource_access.updated tenant.resource_access.deleted
tenant.ads_account.onboarding.redemption tenant.session_policy.created
tenant.session_policy.updated tenant.session_policy.deleted tenant.session_revocation.started
tenant.third_party_app_policy.updated tenant.user.added tenant.user.updated tenant.user.removed
tenant.user.looked_up tenant.user.invited tenant.membership.revoked
tenant.api_organization_invite.upserted tenant.api_organization_invite.deleted
tenant.chatgpt_workspace_invite.upserted tenant.membership.accepted tenant.membership.declined
tenant.workspace_invite_email_settings.updated external_storage.registered
external_storage.removed tenant.trusted_access.business_verification.started
tenant.trusted_access.application.submitted
"""

_WORDS: Final = """
AE_STORAGE AE_STORAGE_PROCESSING ANY_ROLE AU_STORAGE CA_STORAGE EU_STORAGE_PROCESSING GB_STORAGE
GLOBAL IN_STORAGE JP_STORAGE KR_STORAGE NONE OWNERS SG_STORAGE USD US_STORAGE_PROCESSING
accepted active after allow_list any api.groups.read api.groups.write api.model.request
api.organization api.project api_key api_key_id archived asc batch before bucket certificate
characters connector_publish content context_level create_service_account_only created_at
deny_list desc details.id disabled duration_hours duration_minutes duration_seconds effective_at
email enabled_for_all_projects enabled_for_selected_projects enabled_per_call enforcing
enhanced_modified_abuse_monitoring enhanced_zero_data_retention expired false gibibyte_hours
group group.role group.role.deleted group.user group.user.deleted has_more high image.edit
image.generation image.variation images inactive invite invite_id line_item list low medium
member model modified_abuse_monitoring month next next_page none null organization.admin_api_key
organization.admin_api_key.deleted organization.certificate organization.certificate.activation
organization.certificate.deactivation organization.costs.result organization.data_retention
organization.invite organization.invite.deleted organization.project
organization.project.api_key organization.project.api_key.deleted
organization.project.certificate organization.project.certificate.activation
organization.project.certificate.deactivation organization.project.service_account
organization.project.service_account.api_key organization.project.service_account.deleted
organization.project.user organization.project.user.deleted organization.spend_alert
organization.spend_alert.deleted organization.spend_limit organization.spend_limit.deleted
organization.usage.audio_speeches.result organization.usage.audio_transcriptions.result
organization.usage.code_interpreter_sessions.result organization.usage.completions.result
organization.usage.embeddings.result organization.usage.file_searches.result
organization.usage.images.result organization.usage.moderations.result
organization.usage.vector_stores.result organization.usage.web_searches.result organization.user
organization.user.deleted organization_default owner page pending project.data_retention
project.group project.group.deleted project.model_permissions project.model_permissions.deleted
project.rate_limit project.spend_alert project.spend_alert.deleted project.spend_limit
project.spend_limit.deleted project_id quantity reader resource_2.operation_2 role
role_connector_update role_delete role_toggle service_account service_tier session size source
tenant_group tenant_user tokens true type user user.role user.role.deleted user_id value
vector_store_id workspace_permissions zero_data_retention
"""


def _kind_of(name: str) -> Kind:
    (kind,) = (kind for kind in _KINDS if name in _KINDS[kind].split())
    return kind


def _table(lines: str) -> dict[str, Fields]:
    """Return what ``name: path path=kind`` says, the paths as objects in objects."""
    table: dict[str, Fields] = {}
    fields: dict[str, Kind | Fields] = {}
    for word in lines.split():
        if word.endswith(":"):
            table[word[:-1]] = fields = {}
            continue
        path, _, said = word.partition("=")
        *outer, last = path.split(".")
        place = fields
        for name in outer:
            place = cast("dict[str, Kind | Fields]", place.setdefault(name, {}))
        place[last] = cast("Kind", said) or _kind_of(last)
    return table


RECORDS: Final = _table(_RECORDS)
"""The documented fields of each section's records."""
PAYLOADS: Final = _table(_PAYLOADS)
"""The documented fields of the payloads, by event type."""
EVENT_TYPES: Final = frozenset({*PAYLOADS, *_WITHOUT_FIELDS.split()})
VOCABULARY: Final = frozenset(_WORDS.split()) | EVENT_TYPES
"""Words that OpenAI's document itself uses as values: nobody in an organization chose them."""
