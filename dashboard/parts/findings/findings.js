/** Findings as work: by the thing they are about, and what the tenant says of them, one by one or many at once. */
import { COLUMNS } from '../../app/columns.js';
import { html } from '../../app/preact.js';
import { KINDS_OF_FINDINGS, kindWords } from '../../app/finding-words.js';
import { bySubject, findingId, isAccepted } from '../../app/work.js';
import { SubjectName, SubjectPlace } from '../widgets/subject.js';
import { BulkStates } from './bulk-states.js';
import { Severity } from './finding-cells.js';
import { FindingLine } from './finding-line.js';

const DAY_MS = 86_400_000;
const SHOWN = {
  '': { state: 'open' },
  untouched: { state: 'open', stated: 'open' },
  acknowledged: { state: 'open', stated: 'acknowledged' },
  accepted: { state: 'open', stated: 'accepted' },
  open: { state: 'open' },
  resolved: { state: 'resolved' },
  all: { state: 'all' },
};

/** @type {import('../tables/table.js').TableKind} */
export const FINDINGS = {
  id: 'findings',
  path: '/findings',
  section: null,
  title: 'Findings',
  about: 'What a person should look at, judged anew with every sealed hour. What you say of a finding is yours; it changes no evidence.',
  search: 'Name, last four, project, or an id',
  filters: [
    {
      name: 'state',
      label: 'Show',
      options: [['', 'To do'], ['untouched', 'Nothing said yet'], ['acknowledged', 'Being worked on'], ['accepted', 'Accepted'], ['open', 'All that is open'], ['resolved', 'Resolved'], ['all', 'All']],
      ask: (value) => (Object.hasOwn(SHOWN, value) ? SHOWN[value] : { state: value }),
    },
    { name: 'severity', label: 'Severity', options: [['', 'Any'], ['high', 'High'], ['medium', 'Medium'], ['low', 'Low']] },
    { name: 'kind', label: 'Kind', options: [['', 'Any'], ...KINDS_OF_FINDINGS.map((kind) => [kind, kindWords(kind)])] },
    {
      name: 'due',
      label: 'Due',
      options: [['', 'Any day or none'], ['late', 'Late'], ['7', 'Within 7 days'], ['30', 'Within 30 days']],
      ask: (value, reader) => ({ due_before: value === '' ? '' : dueBefore(value, reader) }),
    },
    {
      name: 'who',
      label: 'Answers for it',
      options: [['', 'Anybody or nobody'], ['nobody', 'Nobody'], ['me', 'You']],
      ask: (value, { user }) => (value === 'me' ? { accountable: user } : {}),
    },
  ],
  narrowings: [{ name: 'entity_id', label: 'about' }, { name: 'section', label: 'in' }, { name: 'accountable', label: 'answered for by' }],
  keeps: (finding, { state = '', who = '' }) => (state !== '' || !isAccepted(finding)) && (who !== 'nobody' || !finding.stated?.accountable),
  group: bySubject,
  bulk: ({ rows, context, clear }) => html`<${BulkStates} what=${rows.length === 1 ? '1 thing' : `${rows.length} things`}
    findings=${rows.flatMap((item) => item.findings).filter((finding) => !finding.resolved_hour)} context=${context} clear=${clear} />`,
  empty: (filters) => {
    if (Object.keys(filters).some((name) => name !== 'state' && name !== 'sort')) return ['No such finding', 'Choose another filter to see the others.'];
    if (filters.state === 'resolved') return ['Nothing resolved yet', 'A finding that a later hour no longer shows stands here, with what resolved it.'];
    return ['No open findings', 'Nothing in the last picture needs a look.'];
  },
  columns: [
    { label: 'Severity', cell: (item) => html`<${Severity} severity=${item.severity} />` },
    { label: 'About', kind: 'subject', cell: (item) => html`<${SubjectName} item=${item} /><${SubjectPlace} subject=${item.subject} />` },
    { label: 'Findings', kind: 'findings', cell: (item, context) => html`<ul class="finding-list">${item.findings.map((finding) =>
      html`<${FindingLine} key=${findingId(finding)} finding=${finding} context=${context} />`)}</ul>` },
  ],
  fields: COLUMNS.findings,
  rowId: (item) => item.id,
};

/** A word of a copied address that is none of these goes to the service, which says so. */
function dueBefore(value, { today }) {
  const days = value === 'late' ? 0 : Number(value) + 1;
  return Number.isInteger(days) ? new Date(Date.parse(today) + days * DAY_MS).toISOString().slice(0, 10) : value;
}
