/**
 * The fields of each list's rows, by wire name. Written by `python -m tools.dashboard_columns`.
 */

/** @type {Record<string, string[]>} */
export const COLUMNS = {
  users: ['org_id', 'user_id', 'email_hash', 'email_prefix', 'role', 'added_at', 'is_service_account', 'enabled', 'banned', 'is_scim_managed', 'api_key_last_used_at', 'unreadable', 'roles_held', 'first_seen_at', 'removed_at', 'added_not_before', 'removed_not_before', 'state_at'],
  projects: ['org_id', 'project_id', 'name', 'status', 'created_at', 'archived_at', 'unreadable', 'first_seen_at', 'removed_at', 'added_not_before', 'removed_not_before', 'state_at'],
  api_keys: ['org_id', 'project_id', 'key_id', 'name', 'redacted_value', 'type', 'owner_type', 'owner_id', 'owner_hash', 'owner_project_access', 'created_at', 'last_used_at', 'expires_at', 'unreadable', 'first_seen_at', 'removed_at', 'added_not_before', 'removed_not_before', 'findings', 'state_at'],
  events: ['org_id', 'event_id', 'event_type', 'occurred_at', 'actor_type', 'actor_id', 'actor_hash', 'project_id', 'target_id', 'details', 'sealed_hour'],
  changes: ['org_id', 'hour', 'section', 'entity_id', 'kind', 'fields', 'before', 'after', 'verdict', 'reason', 'event_id'],
  findings: ['org_id', 'finding_id', 'kind', 'reason', 'severity', 'section', 'entity_id', 'still_works', 'first_seen_hour', 'resolved_hour', 'change_hour', 'event_id', 'state_at', 'stated', 'due_by', 'resolved_by', 'subject'],
};
