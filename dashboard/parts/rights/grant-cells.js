/** The cells of a grant: who, what, where, and the path. */
import { html } from '../../app/preact.js';
import { formatAddress } from '../../app/address.js';
import { TYPES, WAYS, stepPlace, stepWords, whatTheyCan } from '../../app/rights-words.js';
import { withoutHidden, words } from '../../app/text.js';
import { LocalName } from '../names/person.js';
import { Permissions } from '../tables/permissions.js';
import { Badge, Text, Unknown } from '../widgets/elements.js';

/**
 * @typedef {object} Context
 * @property {string} orgId
 * @property {string} asOf the hour that was asked for, '' for the newest
 * @property {Map<string, string>} projects names by `org_id id`, as are owners
 * @property {Map<string, string>} owners
 * @property {Map<string, string>} groups names by id, as are accounts
 * @property {Map<string, string>} accounts
 * @property {Map<string, string>} local names of the tenant's own list, by user id
 */

/** @type {import('../tables/table.js').Column[]} */
export const GRANT_COLUMNS = [
  { label: 'Who', kind: 'subject', cell: (grant, context) => html`<${Who} grant=${grant} context=${context} />` },
  { label: 'Can do', cell: (grant) => html`<${What} grant=${grant} />` },
  { label: 'Where', cell: (grant, context) => html`<${Where} grant=${grant} context=${context} />` },
  { label: 'Because', cell: (grant, context) => html`<${Path} grant=${grant} context=${context} />` },
];

/**
 * @param {import('../../app/rights-words.js').Grant} grant
 * @param {Context} context
 * @returns {string} everything of it that a reader may look for, in lower case
 */
export function searched(grant, context) {
  const ids = [grant.entity_id, grant.project_id, ...grant.path.map((step) => step.entity_id)];
  const role = typeof grant.role_name === 'string' ? grant.role_name : '';
  const named = ids.flatMap((id) => [id, nameOf(id, context), context.local.get(id)]);
  return [...named, role, ...(Array.isArray(grant.permissions) ? grant.permissions : []), WAYS[grant.way], TYPES[grant.entity_type]].filter(Boolean).join('\n').toLowerCase();
}

/** By what an id is called in the newest lists; an entity keeps its id, and seldom changes its name. */
function nameOf(id, { orgId, projects, owners, groups, accounts }) {
  const prefix = owners.get(`${orgId} ${id}`);
  return groups.get(id) ?? accounts.get(id) ?? projects.get(`${orgId} ${id}`) ?? (prefix ? `${prefix}…` : null);
}

function Who({ grant, context }) {
  const name = nameOf(grant.entity_id, context);
  const href = formatAddress('access', { org_id: context.orgId, as_of: context.asOf, entity_id: grant.entity_id });
  return html`<a class="subject-name" href=${href} data-testid="access-who"><${Text} value=${name ?? grant.entity_id} /></a> <${LocalName} id=${grant.entity_id} />
    <span class="subject-id">${name && html`<span class="id"><${Text} value=${grant.entity_id} /></span>`}<span class="muted">${TYPES[grant.entity_type] ?? words(grant.entity_type)}</span></span>`;
}

function What({ grant }) {
  const what = whatTheyCan(grant);
  return html`<strong class="finding">${what === null ? html`<${Unknown} say="a role that no list tells" />` : html`<${Text} value=${what} />`}</strong>
    ${grant.level === 'owner' && html` <${Badge} tone="bad">can make owners<//>`}
    ${grant.level === null && html` <${Badge} tone="warn" title="no list tells whether this makes an owner">cannot be told<//>`}
    <div class="under-badge"><${Permissions} list=${grant.permissions} /></div>`;
}

function Where({ grant, context }) {
  if (grant.scope === 'organization') return 'the organization';
  return html`<a class="quiet" href=${formatAddress('access', { org_id: context.orgId, as_of: context.asOf, project_id: grant.project_id })}>
    <${Text} value=${nameOf(grant.project_id, context) ?? grant.project_id} /></a>`;
}

function Path({ grant, context }) {
  return html`<ol class="path" aria-label="The rows it follows from">${grant.path.map((step, index) => html`<li key=${index} data-testid="access-step"><${Step} step=${step} grant=${grant} context=${context} /></li>`)}</ol>`;
}

function Step({ step, grant, context }) {
  const { text, isJoining } = stepWords(step);
  if (isJoining) return html`<span class="muted" title=${withoutHidden(`${words(step.section)}: ${step.entity_id}`).slice(0, 200)}>${text}</span>`;
  const isRole = step.section === 'roles' && step.entity_id === grant.role_id;
  const name = isRole && typeof grant.role_name === 'string' ? grant.role_name : nameOf(step.entity_id, context);
  const shown = name ? html`<${Text} value=${name} />` : html`<span class="id"><${Text} value=${step.entity_id} /></span>`;
  const place = stepPlace(step, grant);
  return html`<span class="muted">${text}</span> ${place ? html`<a class="quiet" href=${formatAddress(place[0], { org_id: context.orgId, ...place[1] })}>${shown}</a>` : shown}`;
}
