/** The lists that may be had as files, in words. */

/** @type {[string, string][]} by the service's name */
export const EXPORT_LISTS = [
  ['api-keys', 'API keys'], ['users', 'Users'], ['projects', 'Projects'], ['findings', 'Findings'], ['events', 'Audit events'],
  ['changes', 'Changes'], ['admin-keys', 'Admin keys'], ['service-accounts', 'Service accounts'], ['invites', 'Invites'],
  ['project-users', 'Project members'], ['groups', 'Groups'], ['group-members', 'Members of groups'], ['group-roles', 'Roles of groups'],
  ['project-groups', 'Groups in projects'], ['roles', 'Roles'], ['user-roles', 'Roles of users'], ['access', 'Who can do what'],
  ['workload-identity-providers', 'Workload identity providers'], ['workload-identity-rules', 'Workload identity rules'],
  ['hours', 'Hours'], ['days', 'Coverage by day'], ['custody', 'Custody log'], ['evidence-packs', 'Evidence packs'],
  ['anchors', 'Anchors'], ['orgs', 'Organizations'],
];

/** Lists of one organization each, which has to be named. */
export const OF_ONE_ORGANIZATION = ['access', 'hours', 'days'];

/** Lists of the whole tenant: no organization can be chosen of them. */
export const OF_THE_TENANT = ['custody', 'evidence-packs', 'anchors', 'orgs'];

/** @param {{list: string | null, filters: Record<string, string>}} made @returns {string} what an export holds, in words */
export function exportWords({ list, filters }) {
  if (list === null) return 'Everything';
  const name = EXPORT_LISTS.find(([each]) => each === list)?.[1] ?? list;
  const said = Object.entries(filters).map(([filter, text]) => `${filter} ${text}`);
  return [name, ...said].join(', ');
}
