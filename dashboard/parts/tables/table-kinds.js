/** The tables: which columns, from which fields. Field names are those of the pack's rows. */
import { COLUMNS } from '../../app/columns.js';
import { html } from '../../app/preact.js';
import { daysBefore, hourSpan, isInstant } from '../../app/instants.js';
import { kindShort, kindWords } from '../../app/finding-words.js';
import { words } from '../../app/text.js';
import { CHANGES } from './changes.js';
import { FINDINGS, SEVERITY_TONES } from '../findings/findings.js';
import { NamePerson } from '../findings/person-dialog.js';
import { Badge, Instant, Text, Unknown } from '../widgets/elements.js';

/** @type {Record<string, import('./table.js').TableKind>} */
export const TABLES = {
  users: {
    id: 'users',
    path: '/users',
    section: 'users',
    title: 'Users',
    about: 'Members of the organization. Of an e-mail address only its first characters are kept.',
    whenEmpty: 'An organization always has an owner: check that the admin key belongs to this organization.',
    columns: [
      { label: 'E-mail prefix', cell: (user) => prefix(user) },
      { label: 'Role', cell: (user) => html`<${Text} value=${user.role} />` },
      { label: 'Added', kind: 'time', cell: (user) => html`<${Instant} at=${user.added_at} />` },
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
    whenEmpty: 'As soon as a project is made at OpenAI, the next closed hour shows it here.',
    columns: [
      { label: 'Project', cell: (project) => html`<${Text} value=${project.name} />` },
      { label: 'Status', cell: (project) => projectStatus(project) },
      { label: 'Created', kind: 'time', cell: (project) => html`<${Instant} at=${project.created_at} />` },
      { label: 'Archived', kind: 'time', cell: (project) => html`<${Instant} at=${project.archived_at} unknown="not archived" />` },
      { label: 'Present', cell: (project) => presence(project) },
      { label: 'Project id', kind: 'id', cell: (project) => html`<${Text} value=${project.project_id} />` },
    ],
    fields: COLUMNS.projects,
    rowId: (project) => `${project.org_id} ${project.project_id} ${project.first_seen_at}`,
  },
  keys: {
    id: 'keys',
    path: '/api-keys',
    section: 'api_keys',
    title: 'API keys',
    about: 'Project keys as OpenAI redacts them; their values are never known here.',
    whenEmpty: 'As soon as a key is made in a project, the next closed hour shows it here.',
    columns: [
      { label: 'Key', kind: 'short', cell: (key) => html`<${Text} value=${key.redacted_value} />` },
      { label: 'Name', cell: (key) => html`<${Text} value=${key.name} />` },
      { label: 'Type', cell: (key) => html`<${Text} value=${words(key.type ?? key.owner_type ?? '')} />` },
      { label: 'Owner', cell: (key, context) => owner(key, context) },
      { label: 'Last used', kind: 'time', cell: (key) => lastUsed(key) },
      { label: 'Findings', cell: (key) => findings(key) },
      { label: 'Created', kind: 'time', cell: (key) => html`<${Instant} at=${key.created_at} />` },
      { label: 'Project id', kind: 'id', cell: (key) => html`<${Text} value=${key.project_id} />` },
    ],
    fields: COLUMNS.api_keys,
    rowId: (key) => `${key.org_id} ${key.project_id} ${key.key_id} ${key.first_seen_at}`,
  },
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
};

function prefix(user) {
  if (user.is_service_account) return html`<${Badge} tone="plain">service account<//>`;
  if (!user.email_prefix) return html`<${Unknown} />`;
  return html`<${Text} value=${user.email_prefix} /><span class="muted">…</span>`;
}

function presence(row) {
  if (isInstant(row.removed_at)) return html`<span class="muted">until <${Instant} at=${row.removed_at} /></span>`;
  return html`<span>since <${Instant} at=${row.first_seen_at} /></span>`;
}

function projectStatus(project) {
  if (!project.status) return html`<${Unknown} />`;
  return html`<${Badge} tone=${project.status === 'active' ? 'good' : 'plain'}><${Text} value=${project.status} /><//>`;
}

function owner(key, context) {
  if (!key.owner_id) return html`<${Unknown} say="no owner known" />`;
  return html`<span class="muted">${words(key.owner_type ?? '')}</span> <span class="id"><${Text} value=${key.owner_id} /></span>
    ${key.owner_type === 'service_account' && html`<div><${NamePerson} orgId=${key.org_id} account=${key.owner_id} context=${context} /></div>`}`;
}

/** Red when the picture itself says that the key is stale: the rule is the server's, not this page's. */
function lastUsed(key) {
  const stale = (key.findings ?? []).some((finding) => finding.kind === 'stale_key');
  const idleSince = isInstant(key.last_used_at) ? key.last_used_at : key.created_at;
  const days = isInstant(idleSince) && isInstant(key.state_at) ? daysBefore(idleSince, key.state_at) : null;
  return html`<span class=${stale ? 'stale' : ''} data-testid=${stale ? 'stale' : undefined}>
    ${isInstant(key.last_used_at) ? html`<${Instant} at=${key.last_used_at} />` : 'never'}
    ${days > 0 && html` <span class="age" title="up to the end of the pictured hour">${days} ${days === 1 ? 'day' : 'days'}</span>`}
  </span>`;
}

function findings(key) {
  const keyFindings = key.findings ?? [];
  if (keyFindings.length === 0) return html`<span class="muted">none</span>`;
  return html`<span class="badges">${keyFindings.map((finding) => html`<${Badge} key=${finding.kind} tone=${SEVERITY_TONES[finding.severity] ?? 'warn'}
      title=${`${kindWords(finding.kind)}, severity ${finding.severity ?? 'not given'}`}>
    <${Text} value=${kindShort(finding.kind)} />
    ${finding.kind === 'orphan_key' && finding.reason && html`: <${Text} value=${words(finding.reason)} />`}<//>`)}</span>`;
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
