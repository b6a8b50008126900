/** The table of keys: which they are, whose, whether they still work, and what was found of them. */
import { COLUMNS } from '../../app/columns.js';
import { html } from '../../app/preact.js';
import { formatAddress } from '../../app/address.js';
import { daysBefore, isInstant } from '../../app/instants.js';
import { KINDS_OF_FINDINGS, kindShort, kindWords } from '../../app/finding-words.js';
import { keyType, worksWords } from '../../app/key-words.js';
import { withoutHidden, words } from '../../app/text.js';
import { SEVERITY_TONES } from '../findings/finding-cells.js';
import { NamePerson } from '../findings/person-dialog.js';
import { LocalName } from '../names/person.js';
import { Badge, Day, Instant, Text, Unknown } from '../widgets/elements.js';
import { Redacted } from '../widgets/subject.js';
import { BulkKeys } from './bulk-keys.js';

const KEY_FINDINGS = KINDS_OF_FINDINGS.filter((kind) => kind.endsWith('_key') || kind === 'key_in_archived_project' || kind === 'secret_in_name')
  .filter((kind) => !kind.startsWith('admin_') && kind !== 'short_lived_key');

/** @type {import('../tables/table.js').TableKind} */
export const KEYS = {
  id: 'keys',
  path: '/api-keys',
  section: 'api_keys',
  title: 'API keys',
  about: 'Project keys as OpenAI redacts them; their values are never known here.',
  whenEmpty: 'As soon as a key is made in a project, the next closed hour shows it here.',
  search: 'Name, last four, project, owner, or an id',
  filters: [
    { name: 'finding', label: 'Found', options: [['', 'Anything or nothing'], ...KEY_FINDINGS.map((kind) => [kind, kindWords(kind)])] },
    { name: 'state', label: 'Show', options: [['', 'Present'], ['removed', 'Gone'], ['all', 'All']] },
  ],
  narrowings: [{ name: 'project_id', label: 'in' }],
  bulk: BulkKeys,
  empty: (filters) => (filters.finding || filters.state || filters.project_id
    ? ['No such key', 'Choose another filter to see the others.']
    : ['No API keys in the last picture', 'As soon as a key is made in a project, the next closed hour shows it here.']),
  columns: [
    { label: 'Name', sort: 'name', kind: 'subject', cell: (key) => html`<${KeyName} item=${key} />` },
    { label: 'Key', cell: (key) => html`<${Redacted} value=${key.redacted_value} />` },
    { label: 'Still works', cell: (key) => html`<${Works} item=${key} />` },
    { label: 'Findings', kind: 'short-badges', cell: (key) => html`<${KeyFindings} item=${key} />` },
    { label: 'Project', holdsOrganization: true, cell: (key, context) => html`<${ProjectOf} row=${key} context=${context} />` },
    { label: 'Owner', kind: 'owner', cell: (key, context) => html`<${OwnerOf} row=${key} context=${context} />` },
    { label: 'Type', cell: (key) => html`<${Text} value=${keyType(key)} />` },
    { label: 'Last used', sort: 'last_used_at', kind: 'time', cell: (key) => html`<${LastUsed} item=${key} />` },
    { label: 'Created', sort: 'created_at', kind: 'time', cell: (key) => html`<${Day} at=${key.created_at} />` },
  ],
  fields: COLUMNS.api_keys,
  rowId: (key) => `${key.org_id} ${key.project_id} ${key.key_id} ${key.first_seen_at}`,
};

function KeyName({ item: key }) {
  const href = formatAddress('key', { id: key.key_id, org_id: key.org_id, project_id: key.project_id });
  return html`<a class="subject-name" href=${href} data-testid="key-link"><${Text} value=${key.name || 'no name'} /></a>
    <span class="subject-id"><span class="id"><${Text} value=${key.key_id} /></span></span>`;
}

export function Works({ item: key }) {
  const { tone, text, why } = worksWords(key);
  return html`<${Badge} tone=${tone} title=${why}>${text}<span class="unseen">: ${why}</span><//>`;
}

export function KeyFindings({ item: key }) {
  const keyFindings = key.findings ?? [];
  if (keyFindings.length === 0) return html`<span class="muted">none</span>`;
  return html`<span class="badges">${keyFindings.map((finding) => html`<${Badge} key=${finding.kind} tone=${SEVERITY_TONES[finding.severity] ?? 'warn'}
      title=${withoutHidden(`${kindWords(finding.kind)}, severity ${finding.severity ?? 'not given'}`)}>
    <${Text} value=${kindShort(finding.kind)} />
    ${finding.kind === 'orphan_key' && finding.reason && html`: <${Text} value=${words(finding.reason)} />`}<//>`)}</span>`;
}

/** By name where it is known; the id is what the service filters by. */
export function ProjectOf({ row, context }) {
  if (!row.project_id) return html`<${Unknown} />`;
  const name = row.project_name ?? context.names.projects.get(`${row.org_id} ${row.project_id}`);
  return html`<a class="quiet" href=${formatAddress('keys', { project_id: row.project_id, org_id: context.orgId })}>
    ${name ? html`<${Text} value=${name} />` : html`<span class="id"><${Text} value=${row.project_id} /></span>`}</a>`;
}

export function OwnerOf({ row, context }) {
  if (!row.owner_id) return html`<${Unknown} say="no owner known" />`;
  const prefix = row.owner_prefix ?? context.names.owners.get(`${row.org_id} ${row.owner_id}`);
  return html`<${LocalName} id=${row.owner_id} hash=${row.owner_hash} />${prefix && html`<div><${Text} value=${prefix} /><span class="muted">…</span></div>`}<span class="id muted unbroken" title=${withoutHidden(row.owner_id)}><${Text} value=${row.owner_id} /></span>
    ${row.owner_type === 'service_account' && html`<div><${NamePerson} orgId=${row.org_id} account=${row.owner_id} context=${context} /></div>`}`;
}

/** Red when the picture itself says that the key is stale: the rule is the server's, not this page's. */
export function LastUsed({ item: key }) {
  const stale = (key.findings ?? []).some((finding) => finding.kind === 'stale_key');
  const idleSince = isInstant(key.last_used_at) ? key.last_used_at : key.created_at;
  const days = isInstant(idleSince) && isInstant(key.state_at) ? daysBefore(idleSince, key.state_at) : null;
  return html`<span class=${stale ? 'stale' : ''} data-testid=${stale ? 'stale' : undefined}>
    ${isInstant(key.last_used_at) ? html`<${Instant} at=${key.last_used_at} />` : 'never'}
    ${days > 0 && html` <span class="age" title="up to the end of the pictured hour">${days} ${days === 1 ? 'day' : 'days'}</span>`}
  </span>`;
}
