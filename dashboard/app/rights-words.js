/** Who can do what, in words: `docs/who-can-do-what.md` has the table that the ways come from. */
import { words } from './text.js';

/** By the way in which somebody can do something: what is shown where no role is told, and the words for a filter. */
export const WAYS = {
  listed_role: 'role in the list of users',
  assigned_role: 'role that was assigned',
  group_role: 'role of a group',
  admin_key: 'admin key',
  project_role: 'member of a project',
  project_group: 'group in a project',
  api_key: 'API key',
  service_account_role: 'service account in a project',
  workload_identity: 'rule for workload identities',
};

const UNTOLD = {
  admin_key: 'whatever the admin key may do',
  api_key: 'whatever the key may do',
  project_group: 'access, with a role that no list tells',
};

export const TYPES = {
  user: 'person',
  service_account: 'service account',
  workload_identity_rule: 'rule for workload identities',
};

/** What a step of a path says of its row. */
const STEPS = {
  users: 'listed as user',
  roles: 'role',
  user_roles: 'it was assigned to them',
  group_members: 'is a member of',
  groups: 'group',
  group_roles: 'the group has it',
  admin_keys: 'admin key',
  project_users: 'is a member of',
  projects: 'project',
  project_groups: 'the group is in',
  api_keys: 'API key',
  service_accounts: 'service account',
  workload_identity_rules: 'rule',
  workload_identity_providers: 'tokens of provider',
};

/** Steps that only join two others: their id says nothing to a reader that those do not. */
const JOINING = ['user_roles', 'group_members', 'group_roles', 'project_users', 'project_groups'];

/**
 * @typedef {{entity_type: string, entity_id: string, scope: string, project_id: string | null, way: string, role_id: string | null,
 *   role_name: any, permissions: any, level: string | null, path: {section: string, entity_id: string}[]}} Grant a row of `/orgs/{org_id}/access`
 */

/**
 * @param {Grant} grant
 * @returns {any} the role's name, as the row has it, or in words what stands in its place; null where nobody can tell
 */
export function whatTheyCan(grant) {
  return grant.role_name ?? UNTOLD[grant.way] ?? null;
}

/**
 * @param {{section: string}} step
 * @returns {{text: string, isJoining: boolean}}
 */
export function stepWords({ section }) {
  return { text: STEPS[section] ?? words(section), isJoining: JOINING.includes(section) };
}

/** The list that shows a step's row, by its search; null for one that no view lists. */
const VIEW_OF = { users: 'users', roles: 'roles', groups: 'groups', admin_keys: 'admin-keys', service_accounts: 'service-accounts', projects: 'projects' };

/**
 * @param {{section: string, entity_id: string}} step
 * @param {Grant} grant whose path it is of
 * @returns {[string, Record<string, string>] | null} a view, and what its address says
 */
export function stepPlace({ section, entity_id }, grant) {
  if (section === 'api_keys') return ['key', { id: entity_id, project_id: grant.project_id }];
  return VIEW_OF[section] ? [VIEW_OF[section], { q: entity_id }] : null;
}

/**
 * @param {Grant[]} grants
 * @param {boolean} isWhole whether they are all there are
 * @returns {string}
 */
export function grantsSentence(grants, isWhole) {
  const who = new Set(grants.map((grant) => grant.entity_id));
  const owners = new Set(grants.filter((grant) => grant.level === 'owner').map((grant) => grant.entity_id));
  const unknown = new Set(grants.filter((grant) => grant.level === null && !owners.has(grant.entity_id)).map((grant) => grant.entity_id));
  if (who.size === 0) return '';
  const n = (set) => set.size.toLocaleString('en-US');
  return `${isWhole ? '' : 'So far: '}${n(who)} can do something, for ${grants.length.toLocaleString('en-US')} ${grants.length === 1 ? 'reason' : 'reasons'}. `
    + `${owners.size === 0 ? 'None of them' : n(owners)} can make anybody an owner${unknown.size > 0 ? `; of ${n(unknown)} more nobody can tell` : ''}.`;
}

/** @param {string | undefined} text of an address @returns {string} it, where it is the start of an hour; else '' */
export function askedHour(text) {
  return /^\d{4}-\d\d-\d\dT\d\d:00:00Z$/.test(text ?? '') && !Number.isNaN(Date.parse(text)) ? text : '';
}
