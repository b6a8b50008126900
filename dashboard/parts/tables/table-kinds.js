/** The tables: which columns, from which fields. Field names are those of the pack's rows. */
import { COLUMNS } from '../../app/columns.js';
import { formatAddress } from '../../app/address.js';
import { html } from '../../app/preact.js';
import { hourSpan, isInstant } from '../../app/instants.js';
import { words } from '../../app/text.js';
import { ACCESS } from './access-kinds.js';
import { CHANGES } from './changes.js';
import { FINDINGS } from '../findings/findings.js';
import { KEYS } from '../keys/keys.js';
import { LocalName } from '../names/person.js';
import { Badge, Instant, Text, Unknown } from '../widgets/elements.js';
import { PRESENCE, emptyBy, presence } from './presence.js';

/** @type {Record<string, import('./table.js').TableKind>} */
export const TABLES = {
  users: {
    id: 'users',
    path: '/users',
    section: 'users',
    title: 'Users',
    about: 'Members of the organization. Of an e-mail address only its first characters are kept.',
    whenEmpty: 'An organization always has an owner: check that the admin key belongs to this organization.',
    search: 'Prefix or id',
    filters: [
      { name: 'role', label: 'Role', options: [['', 'Any'], ['owner', 'Owner'], ['reader', 'Reader'], ['member', 'Member']] },
      PRESENCE,
    ],
    empty: emptyBy('user', 'An organization always has an owner: check that the admin key belongs to this organization.'),
    columns: [
      { label: 'E-mail prefix', sort: 'email_prefix', cell: (user) => prefix(user) },
      { label: 'Type', cell: (user) => userType(user) },
      { label: 'Role', sort: 'role', cell: (user) => html`<${Text} value=${user.role} />
        <span class="under-badge"><a href=${formatAddress('access', { org_id: user.org_id, entity_id: user.user_id })} data-testid="user-can">can do what<span class="unseen">, of <${Text} value=${user.user_id} /></span></a></span>` },
      { label: 'Added', sort: 'added_at', kind: 'time', cell: (user) => html`<${Instant} at=${user.added_at} />` },
      { label: 'Present', cell: (user) => presence(user) },
      { label: 'User id', kind: 'id', cell: (user) => html`<${Text} value=${user.user_id} />` },
    ],
    fields: COLUMNS.users,
    rowId: (user) => `${user.org_id} ${user.user_id} ${user.first_seen_at}`,
  },
  projects: {
    id: 'projects',
    path: '/projects',
    section: 'projects',
    title: 'Projects',
    about: 'Projects of the organization, archived ones included where OpenAI shows them.',
    search: 'Name or id',
    filters: [
      { name: 'status', label: 'Status', options: [['', 'Any'], ['active', 'Active'], ['archived', 'Archived']] },
      PRESENCE,
    ],
    empty: emptyBy('project', 'As soon as a project is made at OpenAI, the next closed hour shows it here.'),
    columns: [
      { label: 'Project', sort: 'name', cell: (project) => html`<a class="subject-name" href=${formatAddress('keys', { project_id: project.project_id, org_id: project.org_id })}><${Text} value=${project.name} /></a>` },
      { label: 'Status', sort: 'status', cell: (project) => projectStatus(project) },
      { label: 'Created', sort: 'created_at', kind: 'time', cell: (project) => html`<${Instant} at=${project.created_at} />` },
      { label: 'Archived', kind: 'time', cell: (project) => html`<${Instant} at=${project.archived_at} unknown="not archived" />` },
      { label: 'Present', cell: (project) => presence(project) },
      { label: 'Project id', kind: 'id', cell: (project) => html`<${Text} value=${project.project_id} />` },
    ],
    fields: COLUMNS.projects,
    rowId: (project) => `${project.org_id} ${project.project_id} ${project.first_seen_at}`,
  },
  keys: KEYS,
  events: {
    id: 'events',
    path: '/events',
    section: 'audit_events',
    title: 'Events',
    about: 'The audit log as OpenAI told it, by the hour that sealed it, newest first. Persons appear by id and keyed hash only.',
    whenEmpty: 'Nothing happened that OpenAI logs, as far back as its log was readable.',
    columns: [
      { label: 'When', kind: 'time', cell: (event) => html`<${Instant} at=${event.occurred_at} seconds />` },
      { label: 'Event', cell: (event) => html`<code><${Text} value=${event.event_type} /></code>${isSealedLater(event) && html` <${Badge} tone="info" title=${`sealed in the hour ${hourSpan(event.sealed_hour)} UTC`}>sealed later<//>`}` },
      { label: 'Actor', cell: (event) => actor(event) },
      { label: 'Target', kind: 'id', cell: (event) => html`<${Text} value=${event.target_id} />` },
      { label: 'Project id', kind: 'id', cell: (event) => html`<${Text} value=${event.project_id} />` },
      { label: 'Details', cell: (event) => details(event) },
    ],
    fields: COLUMNS.events,
    rowId: (event) => `${event.org_id} ${event.event_id}`,
  },
  changes: CHANGES,
  findings: FINDINGS,
  ...ACCESS,
};

function prefix(user) {
  if (user.is_service_account) return html`<${Badge} tone="plain">service account<//>`;
  if (!user.email_prefix) return html`<${Unknown} />`;
  return html`<${Text} value=${user.email_prefix} /><span class="muted">…</span> <${LocalName} id=${user.user_id} hash=${user.email_hash} />`;
}

/** Who is billed, and who can do nothing any more. */
function userType(user) {
  const off = [user.banned && 'banned', user.enabled === false && 'disabled'].filter(Boolean);
  return html`${user.is_service_account ? 'service account, not billed' : user.is_scim_managed ? 'person, by the directory' : 'person'}
    ${off.map((word) => html` <${Badge} key=${word} tone="warn">${word}<//>`)}`;
}

function projectStatus(project) {
  if (!project.status) return html`<${Unknown} />`;
  return html`<${Badge} tone=${project.status === 'active' ? 'good' : 'plain'}><${Text} value=${project.status} /><//>`;
}

function actor(event) {
  if (!event.actor_type && !event.actor_id) return html`<${Unknown} />`;
  return html`<span class="muted">${words(event.actor_type ?? '')}</span> ${event.actor_id && html`<span class="id"><${Text} value=${event.actor_id} /></span>`}`;
}

/** An event of an hour that another one sealed stands in that one's place in the list. */
function isSealedLater(event) {
  const known = isInstant(event.occurred_at) && isInstant(event.sealed_hour);
  return known && event.occurred_at.slice(0, 13) !== event.sealed_hour.slice(0, 13);
}

function details(event) {
  const text = JSON.stringify(event.details ?? null, null, 1);
  const lines = [`event ${event.event_id}`, `sealed in the hour ${event.sealed_hour ?? 'not known'}`];
  return html`<details><summary>show</summary><p class="id">${lines.map((line) => html`<div><${Text} value=${line} /></div>`)}</p>
    ${text.length > 4 && html`<pre>${text.split('\n').map((line) => html`<${Text} value=${line} />${'\n'}`)}</pre>`}</details>`;
}
