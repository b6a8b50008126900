/**
 * Findings, changes and verdicts in words. The codes are the service's; what is not known here (a newer service) is
 * shown as its code with spaces, never left out.
 */
import { words } from './text.js';

/** Kind of a finding: its name, and the short form that stands in a table of keys. */
const KINDS = {
  stale_key: ['Stale API key', 'stale'],
  never_used_key: ['API key never used', 'never used'],
  orphan_key: ['Orphan API key', 'orphan'],
  key_in_archived_project: ['API key in an archived project', 'archived project'],
  disabled_owner_key: ['API key of a disabled user', 'owner disabled'],
  secret_in_name: ['Key in a name', 'key in its name'],
  audit_log_unproven: ['Audit log not proven to be on'],
  audit_log_behind: ['Reading of the audit log is behind'],
  log_entry_changed: ['Entry of the audit log changed later'],
  register_full: ['Register is full'],
  log_entry_gone: ['Entry of the audit log is gone'],
  short_lived_key: ['API key that lived between two pictures', 'short-lived'],
  short_lived_owner: ['Owner between two pictures'],
  allowlist_opened: ['IP allowlist opened'],
  audit_logging_switched_off: ['Logging switched off'],
  admin_key_old: ['Old admin key'],
  admin_key_no_expiry: ['Admin key without an end'],
  admin_key_never_used: ['Admin key never used'],
  admin_key_idle: ['Idle admin key'],
  admin_key_owner_disabled: ['Admin key of a disabled user'],
  own_key_expiring: ['The key these pictures are taken with ends soon'],
  owner_invite_pending: ['Open invite to become an owner'],
  many_owners: ['Many owners'],
  service_account_person_left: ['Nobody answers for a service account'],
  effective_owner_by_group: ['Owner through a group'],
  workload_identity_wide: ['Rule for workload identities that matches too much'],
  workload_identity_unowned: ['Nobody answers for a rule for workload identities'],
  unexplained_change: ['Change without an audit event'],
  event_without_change: ['Audit event without a change'],
};

/** Why a finding stands as it does, by the word that is sealed. */
export const REASON_CODES = {
  business_need: 'it is needed as it is',
  compensating_control: 'something else keeps it from doing harm',
  expected_change: 'it was meant, and somebody answers for it',
  false_positive: 'it is not what the finding takes it for',
  fix_planned: 'it will be mended, by the day it is due',
  risk_accepted: 'the risk is known, and taken',
  other: 'another reason, as the note says',
};

const REASONS = {
  no_owner: 'OpenAI names no owner',
  service_account_gone: 'its service account is gone',
  owner_left: 'its owner left the organization',
  owner_left_project: 'its owner left the project and has no active access',
  access_inactive: 'OpenAI calls its owner’s access to the project inactive',
  not_used_for_90_days: 'not used for over 90 days',
  never_used_90_days_old: 'over 90 days old and never used',
  no_last_use: 'OpenAI shows no use of it',
  project_archived: 'its project is archived',
  owner_disabled: 'its owner’s account is not enabled; OpenAI does not say whether the key still works',
  owner_banned: 'its owner is banned; OpenAI does not say whether the key still works',
  looks_like_a_key: 'its name holds what looks like a key, for everybody to read who may list it',
  older_than_90_days: 'over 90 days old',
  no_expiry: 'OpenAI says that it never expires',
  expires_within_14_days: 'it ends within 14 days; without a new one the hours fail',
  pending: 'whoever reads that mail can still take it up',
  more_than_three: 'more than three people may do everything',
  person_not_in_organization: 'the person named for it is not in the organization',
  owner_role_of_group: 'listed as no owner, and one by the role of a group',
  more_than_three_with_groups: 'with those who are it through groups, more than three people may do everything',
  no_condition: 'it takes every token of its issuer',
  issuer_or_audience_alone: 'it asks only for what every token of its issuer says',
  wildcards_alone: 'none of its conditions leaves anybody out',
  any_audience: 'it takes tokens that were made for others',
  nobody_named: 'nobody is named who answers for its service account',
  no_event_seen: 'the log answers, but nothing shows yet that logging is on',
  key_deleted: 'made and deleted between two pictures',
  project_archived_meanwhile: 'made, and its project archived, between two pictures',
  project_deleted_meanwhile: 'made, and its project deleted, between two pictures',
  service_account_deleted: 'made and gone with a service account between two pictures',
  role_lowered: 'an owner and no longer one between two pictures',
  user_deleted: 'an owner and removed between two pictures',
  role_unassigned: 'had a role for the whole organization between two pictures',
  role_of_organization_or_project:
    'an owner, of the organization or a project, and no longer one between two pictures',
  range_open_to_the_world: 'it lets in more addresses than any organization has',
  allowlist_deleted: 'an IP allowlist was deleted',
  allowlist_deactivated: 'an IP allowlist was switched off',
  audit_log_off: 'the audit log was switched off',
  api_call_logging_off: 'the logging of API calls was switched off',
  api_call_logging_per_call: 'API calls are logged only where a call asks for it',
  api_call_logging_for_selected_projects: 'API calls are logged of some projects only',
  api_call_logging_unknown_value: 'which API calls are logged was set to a value that is not documented',
  oldest_ended_rows_left: 'more has ended than a register holds; what ended first is in the changes alone',
  not_read_to_the_hour: 'more events than could be read; it goes on where it stands',
};

const VERDICTS = {
  explained: ['good', 'explained'],
  unexplained: ['bad', 'unexplained'],
  cannot_tell: ['plain', 'cannot tell'],
};

const VERDICT_REASONS = {
  no_event: 'no audit event explains it, 73 hours later, when the log was read again',
  settling: 'no event yet; one may still come in, for 72 hours',
  audit_log_unread: 'the audit log of those hours has not been read',
  audit_history_unread: 'the walk back through the log has not come to those hours',
  audit_log_unproven: 'nothing had shown by then that logging was on',
  second_overflow: 'one second then held more events than OpenAI lets one read',
  event_without_time: 'an event explains it, but its time cannot be read',
  event_names_nobody: 'an event fits, but does not say whom it is about',
  too_many_events: 'more events may tell of it than one hour can look through',
  through_group_or_role: 'an event about a group or a role may be behind it',
  never_logged: 'OpenAI has no event for this',
  not_always_logged: 'which events this leaves behind is not established',
  ended_by_itself: 'it reached the day it was to end on',
  existed_before: 'it is older than the picture that did not show it',
};

const CHANGES = { added: 'added', modified: 'changed', removed: 'removed' };

/** One thing of each section, as it is called in a sentence. */
const ENTITIES = {
  users: 'user',
  projects: 'project',
  api_keys: 'API key',
  admin_keys: 'admin key',
  invites: 'invite',
  groups: 'group',
  roles: 'role',
  service_accounts: 'service account',
  project_users: 'project membership',
  group_members: 'group membership',
  group_roles: 'role of a group',
  user_roles: 'role of a user',
  project_groups: 'group in a project',
  workload_identity_providers: 'provider of workload identities',
  workload_identity_rules: 'rule for workload identities',
  audit_events: 'audit log',
};

/** In the order of docs/findings.md. */
export const KINDS_OF_FINDINGS = Object.keys(KINDS);

export const SECTIONS_WITH_CHANGES = Object.keys(ENTITIES).filter((section) => section !== 'audit_events');

const lookUp = (table, code) => (Object.hasOwn(table, code) ? table[code] : undefined);

/** @param {string} kind @returns {string} `Stale API key` */
export const kindWords = (kind) => lookUp(KINDS, kind)?.[0] ?? words(kind);

/** @param {string} kind @returns {string} `stale` */
export const kindShort = (kind) => lookUp(KINDS, kind)?.[1] ?? words(kind);

/** @param {string} section @returns {string} `API key` */
export const entityWords = (section) => lookUp(ENTITIES, section) ?? words(section);

/** @param {string} kind @returns {string} `changed` */
export const changeWords = (kind) => lookUp(CHANGES, kind) ?? words(kind);

/** @param {string | null} verdict @returns {[string, string]} tone and words */
export const verdictWords = (verdict) => lookUp(VERDICTS, verdict) ?? ['warn', verdict === null ? 'not decided' : words(verdict)];

/** @param {string} reason @returns {string} */
export const verdictReason = (reason) => lookUp(VERDICT_REASONS, reason) ?? words(reason);

/**
 * @param {string} reason fixed, or made from what changed: `no_event_for_role_and_name`, `no_trace_of_api_key_created`
 * @returns {string}
 */
export function reasonWords(reason) {
  const fixedText = lookUp(REASONS, reason);
  if (fixedText !== undefined) return fixedText;
  if (reason.startsWith('no_event_for_')) return `the audit log has no event for it: ${words(reason.slice(13))}`;
  if (reason.startsWith('no_trace_of_')) return `the audit log tells of it, no picture shows it: ${words(reason.slice(12))}`;
  const from = /^entries_(\d+)_from_(\w+)_stream$/.exec(reason);
  if (from) return `entries that were sealed are gone from the ${from[2]} stream, the other one shows them still: ${from[1]}`;
  if (reason.startsWith('entries_')) return `entries that were sealed and are otherwise now: ${reason.slice(8)}`;
  return words(reason);
}
