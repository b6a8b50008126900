/** The table of changes: what two pictures in a row differ by, and whether the audit log admits it. */
import { COLUMNS } from '../../app/columns.js';
import { html } from '../../app/preact.js';
import { SECTIONS_WITH_CHANGES, changeWords, entityWords, verdictReason, verdictWords } from '../../app/finding-words.js';
import { words } from '../../app/text.js';
import { Badge, Hour, Text, Unknown } from '../widgets/elements.js';

const TONES = { added: 'info', removed: 'warn', modified: 'plain' };

/** @type {import('./table.js').TableKind} */
export const CHANGES = {
  id: 'changes',
  path: '/changes',
  section: null,
  title: 'Changes',
  about: 'What differs between one hour’s picture and the next, newest first, and the audit event that explains it.',
  filters: [
    { name: 'verdict', label: 'Verdict', options: [['', 'Any'], ['unexplained', 'Unexplained'], ['cannot_tell', 'Cannot tell'], ['explained', 'Explained']] },
    { name: 'section', label: 'About', options: [['', 'Everything'], ...SECTIONS_WITH_CHANGES.map((section) => [section, `${entityWords(section)}s`])] },
  ],
  empty: (query) => (query.verdict || query.section
    ? ['No such change', 'No sealed hour shows one. Choose another filter to see the others.']
    : ['No changes yet', 'The first picture of a list is its baseline; what differs from it in a later hour stands here.']),
  columns: [
    { label: 'Hour', kind: 'time', cell: (change) => html`<${Hour} hour=${change.hour} />` },
    { label: 'What', cell: (change) => html`<${Text} value=${entityWords(change.section)} /> <${Badge} tone=${TONES[change.kind] ?? 'plain'}><${Text} value=${changeWords(change.kind)} /><//>` },
    { label: 'Id', kind: 'id', cell: (change) => html`<${Text} value=${change.entity_id} />` },
    { label: 'Before and after', cell: (change) => html`<${Difference} change=${change} />` },
    { label: 'Verdict', cell: (change) => html`<${Verdict} change=${change} />` },
    { label: 'Audit event', kind: 'id', cell: (change) => (change.event_id ? html`<${Text} value=${change.event_id} />` : html`<${Unknown} say="none" />`) },
  ],
  fields: COLUMNS.changes,
  rowId: (change) => `${change.org_id} ${change.hour} ${change.section} ${change.entity_id} ${change.kind}`,
};

function Verdict({ change }) {
  const [tone, text] = verdictWords(change.verdict ?? null);
  return html`<${Badge} tone=${tone}><${Text} value=${text} /><//>
    ${change.reason && html`<span class="under-badge muted"><${Text} value=${verdictReason(change.reason)} /></span>`}`;
}

/** A change of a few fields stands in the row; a whole thing that came or went opens on request. */
function Difference({ change }) {
  const { before, after } = change;
  const fields = Object.keys({ ...before, ...after }).sort();
  if (fields.length === 0) return html`<${Unknown} />`;
  const lines = html`<dl class="difference">${fields.map((field) => html`<div key=${field}><dt><${Text} value=${words(field)} /></dt>
    <dd>${before && after && html`<del><${Value} of=${before[field]} /></del> <span class="muted">→</span> `}
      ${after ? html`<ins><${Value} of=${after[field]} /></ins>` : html`<del><${Value} of=${before[field]} /></del>`}</dd></div>`)}</dl>`;
  if (before && after) return lines;
  return html`<details><summary>${after ? 'as it came' : 'as it was last'}</summary>${lines}</details>`;
}

function Value({ of }) {
  if (of === null || of === undefined || of === '') return html`<span class="muted">nothing</span>`;
  return html`<${Text} value=${typeof of === 'object' ? JSON.stringify(of) : of} />`;
}
