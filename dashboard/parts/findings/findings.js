/** The table of findings: what a person should look at, and what the tenant says of it. */
import { COLUMNS } from '../../app/columns.js';
import { html, useState } from '../../app/preact.js';
import { REASON_CODES, changeWords, entityWords, kindWords, reasonWords } from '../../app/finding-words.js';
import { words } from '../../app/text.js';
import { FindingDialog } from './finding-dialog.js';
import { NamePerson } from './person-dialog.js';
import { Badge, Hour, Text } from '../widgets/elements.js';

export const SEVERITY_TONES = { high: 'bad', critical: 'bad', medium: 'warn', low: 'info' };
const STATED_TONES = { open: 'plain', acknowledged: 'info', accepted: 'good' };

/** @type {import('../tables/table.js').TableKind} */
export const FINDINGS = {
  id: 'findings',
  path: '/findings',
  section: null,
  title: 'Findings',
  about: 'What a person should look at, judged anew with every sealed hour. What you say of a finding is yours; it changes no evidence.',
  filters: [
    { name: 'state', label: 'Show', options: [['', 'Open'], ['resolved', 'Resolved'], ['all', 'All']] },
    { name: 'severity', label: 'Severity', options: [['', 'Any'], ['high', 'High'], ['medium', 'Medium'], ['low', 'Low']] },
    { name: 'stated', label: 'State', options: [['', 'Any'], ['open', 'Open'], ['acknowledged', 'Acknowledged'], ['accepted', 'Accepted']] },
  ],
  empty: (query) => {
    if (query.severity || query.stated) return ['No such finding', 'Choose another filter to see the others.'];
    if (query.state === 'resolved') return ['Nothing resolved yet', 'A finding that a later hour no longer shows stands here, with what resolved it.'];
    return ['No open findings', 'Nothing in the last picture needs a look.'];
  },
  columns: [
    { label: 'Severity', cell: (finding) => html`<${Badge} tone=${SEVERITY_TONES[finding.severity] ?? 'warn'}><${Text} value=${finding.severity} /><//>` },
    { label: 'Finding', cell: (finding) => html`<${FindingTitle} finding=${finding} />` },
    { label: 'About', cell: (finding) => html`<${FindingEntity} finding=${finding} />` },
    { label: 'First seen', kind: 'time', cell: (finding) => html`<${Hour} hour=${finding.first_seen_hour} />` },
    { label: 'Resolved', cell: (finding) => html`<${Resolution} finding=${finding} />` },
    { label: 'State', cell: (finding, context) => html`<${TenantState} finding=${finding} context=${context} />` },
    { label: '', kind: 'row-actions', cell: (finding, context) => html`<${RowActions} finding=${finding} context=${context} />` },
  ],
  fields: COLUMNS.findings,
  rowId: (finding) => `${finding.org_id} ${finding.finding_id} ${finding.first_seen_hour}`,
};

function FindingTitle({ finding }) {
  return html`<strong class="finding"><${Text} value=${kindWords(finding.kind)} /></strong>
    <span class="under-badge muted"><${Text} value=${reasonWords(String(finding.reason ?? ''))} />${finding.still_works === false && ' · no longer works'}</span>`;
}

function FindingEntity({ finding }) {
  return html`<${Text} value=${entityWords(finding.section)} />${finding.entity_id && html` <span class="id"><${Text} value=${finding.entity_id} /></span>`}
    ${finding.change_hour && html`<span class="under-badge muted">changed in <${Hour} hour=${finding.change_hour} /></span>`}
    ${finding.event_id && html`<span class="under-badge muted">event <span class="id"><${Text} value=${finding.event_id} /></span></span>`}`;
}

/** What resolved it: a change, an event that turned up, a picture, or that an hour no longer shows it. */
function Resolution({ finding }) {
  if (!finding.resolved_hour) return html`<span class="muted">not yet</span>`;
  const resolvedBy = finding.resolved_by;
  return html`<${Hour} hour=${finding.resolved_hour} />
    <span class="under-badge muted">${resolutionText(resolvedBy)}${resolvedBy?.event_id && html` <span class="id"><${Text} value=${resolvedBy.event_id} /></span>`}</span>`;
}

function resolutionText(resolvedBy) {
  if (!resolvedBy) return 'no longer so; nothing else about it changed';
  if (resolvedBy.kind === 'event') return 'by an event that turned up:';
  if (resolvedBy.kind === 'picture') return 'by what a later picture showed';
  const changeText = html`by a change: <${Text} value=${changeWords(resolvedBy.kind)} />`;
  return resolvedBy.event_id ? html`${changeText}, event` : changeText;
}

function TenantState({ finding, context }) {
  const stated = finding.stated ?? { state: 'open' };
  const day = String(finding.state_at ?? '').slice(0, 10);
  const overdue = finding.due_by && !finding.resolved_hour && finding.due_by < day;
  return html`<${Badge} tone=${STATED_TONES[stated.state] ?? 'plain'}><${Text} value=${words(stated.state)} /><//>
    ${stated.reason_code && html`<span class="under-badge"><${Text} value=${REASON_CODES[stated.reason_code] ?? words(stated.reason_code)} /></span>`}
    ${stated.reason && html`<span class="under-badge"><${Text} value=${stated.reason} /></span>`}
    ${stated.accountable && html`<span class="under-badge muted">answers for it: ${stated.accountable === context.user ? 'you' : html`<span class="id"><${Text} value=${stated.accountable} /></span>`}</span>`}
    ${finding.due_by && html`<span class=${`under-badge ${overdue ? 'stale' : 'muted'}`}>${overdue ? 'was due on' : 'due on'} <${Text} value=${finding.due_by} /></span>`}`;
}

function RowActions({ finding, context }) {
  const [open, setOpen] = useState(false);
  if (!context.isAdmin || finding.resolved_hour) return null;
  return html`<button type="button" class="small" data-testid="finding-state" onClick=${() => setOpen(true)}>Set state</button>
    ${finding.section === 'service_accounts' && finding.entity_id && html`<${NamePerson} orgId=${finding.org_id} account=${finding.entity_id} context=${context} />`}
    ${open && html`<${FindingDialog} finding=${finding} context=${context} close=${() => setOpen(false)} />`}`;
}
