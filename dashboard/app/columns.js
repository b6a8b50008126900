/**
 * The fields of each list's rows, by wire name. Written by `python -m tools.dashboard_columns`.
 */

/** @type {Record<string, string[]>} */
export const COLUMNS = {
  users: ['org_id', 'user_id', 'email_hash', 'email_prefix', 'role', 'added_at', 'is_service_account', 'enabled', 'banned', 'is_scim_managed', 'api_key_last_used_at', 'unreadable', 'roles_held', 'first_seen_at', 'removed_at', 'added_not_before', 'removed_not_before', 'state_at'],
  projects: ['org_id', 'project_id', 'name', 'status', 'created_at', 'archived_at', 'unreadable', 'first_seen_at', 'removed_at', 'added_not_before', 'removed_not_before', 'state_at'],
  api_keys: ['org_id', 'project_id', 'key_id', 'name', 'redacted_value', 'type', 'owner_type', 'owner_id', 'owner_hash', 'owner_project_access', 'created_at', 'last_used_at', 'expires_at', 'unreadable', 'first_seen_at', 'removed_at', 'added_not_before', 'removed_not_before', 'findings', 'state_at', 'project_name', 'owner_prefix'],
  admin_keys: ['org_id', 'key_id', 'name', 'redacted_value', 'type', 'owner_type', 'owner_id', 'owner_role', 'created_at', 'last_used_at', 'ever_used', 'expires_at', 'has_expiry', 'unreadable', 'is_own', 'first_seen_at', 'removed_at', 'added_not_before', 'removed_not_before', 'state_at'],
  invites: ['org_id', 'invite_id', 'email_hash', 'email_prefix', 'role', 'status', 'created_at', 'expires_at', 'accepted_at', 'projects', 'unreadable', 'first_seen_at', 'removed_at', 'added_not_before', 'removed_not_before', 'state_at'],
  groups: ['org_id', 'group_id', 'name', 'group_type', 'is_scim_managed', 'created_at', 'unreadable', 'first_seen_at', 'removed_at', 'added_not_before', 'removed_not_before', 'state_at'],
  roles: ['org_id', 'role_id', 'name', 'description', 'permissions', 'resource_type', 'predefined_role', 'unreadable', 'first_seen_at', 'removed_at', 'added_not_before', 'removed_not_before', 'state_at'],
  service_accounts: ['org_id', 'project_id', 'service_account_id', 'name', 'role', 'created_at', 'unreadable', 'person_id', 'first_seen_at', 'removed_at', 'added_not_before', 'removed_not_before', 'state_at'],
  project_users: ['org_id', 'project_id', 'membership_id', 'user_id', 'email_hash', 'email_prefix', 'role', 'added_at', 'unreadable', 'first_seen_at', 'removed_at', 'added_not_before', 'removed_not_before', 'state_at'],
  group_members: ['org_id', 'group_id', 'membership_id', 'user_id', 'email_hash', 'email_prefix', 'unreadable', 'first_seen_at', 'removed_at', 'added_not_before', 'removed_not_before', 'state_at'],
  group_roles: ['org_id', 'role_id', 'role_name', 'permissions', 'resource_type', 'predefined_role', 'group_id', 'assignment_id', 'unreadable', 'first_seen_at', 'removed_at', 'added_not_before', 'removed_not_before', 'state_at'],
  user_roles: ['org_id', 'role_id', 'role_name', 'permissions', 'resource_type', 'predefined_role', 'user_id', 'assignment_id', 'inherited_from', 'unreadable', 'first_seen_at', 'removed_at', 'added_not_before', 'removed_not_before', 'state_at'],
  project_groups: ['org_id', 'project_id', 'membership_id', 'group_id', 'created_at', 'unreadable', 'first_seen_at', 'removed_at', 'added_not_before', 'removed_not_before', 'state_at'],
  workload_identity_providers: ['org_id', 'provider_id', 'name', 'type', 'issuer', 'audience', 'enabled', 'created_at', 'unreadable', 'first_seen_at', 'removed_at', 'added_not_before', 'removed_not_before', 'state_at'],
  workload_identity_rules: ['org_id', 'provider_id', 'rule_id', 'name', 'project_id', 'service_account_id', 'attribute_matchers', 'permission_type', 'scopes', 'enabled', 'created_at', 'unreadable', 'first_seen_at', 'removed_at', 'added_not_before', 'removed_not_before', 'state_at'],
  findings: ['org_id', 'finding_id', 'kind', 'reason', 'severity', 'section', 'entity_id', 'still_works', 'first_seen_hour', 'resolved_hour', 'change_hour', 'event_id', 'state_at', 'stated', 'due_by', 'resolved_by', 'subject'],
  events: ['org_id', 'event_id', 'event_type', 'occurred_at', 'actor_type', 'actor_id', 'actor_hash', 'project_id', 'target_id', 'details', 'sealed_hour'],
  changes: ['org_id', 'hour', 'section', 'entity_id', 'kind', 'fields', 'before', 'after', 'verdict', 'reason', 'event_id'],
  access: ['entity_type', 'entity_id', 'scope', 'project_id', 'way', 'role_id', 'role_name', 'permissions', 'level', 'path'],
};
