/** What to do first: the things that something was found of, by name, whose they are and until when. */
import { html } from '../../app/preact.js';
import { formatAddress } from '../../app/address.js';
import { kindShort, kindWords } from '../../app/finding-words.js';
import { withoutHidden } from '../../app/text.js';
import { Person } from '../names/person.js';
import { SEVERITY_TONES } from '../findings/finding-cells.js';
import { Empty } from '../widgets/notices.js';
import { Badge, ProblemBox, Text } from '../widgets/elements.js';
import { SubjectName, SubjectPlace } from '../widgets/subject.js';

const MOST_ITEMS = 12;

/** @param {{items: import('../../app/work.js').WorkItem[], list: import('../../app/answers.js').List, retry: () => void, orgId: string, user: string}} props */
export function WorkList({ items, list, retry, orgId, user }) {
  const all = formatAddress('findings', { org_id: orgId });
  return html`<section class="work" aria-labelledby="work-title">
    <header class="view-head"><h3 id="work-title">What to do first</h3>
      ${items.length > 0 && html`<a class="button" href=${all} data-testid="work-all">Hand them out</a>`}</header>
    ${list.problem && html`<${ProblemBox} problem=${list.problem} retry=${retry} testid="work-problem" />`}
    ${list.state === 'loading' && items.length === 0 && html`<p class="muted" role="status">Reading…</p>`}
    ${list.state === 'ready' && items.length === 0 && html`<${Empty} testid="work-empty" title="Nothing is waiting">
      What is found in a later hour stands here.<//>`}
    ${items.length > 0 && html`<ol class="work-list" data-testid="work-list">${items.slice(0, MOST_ITEMS).map((item) => html`<${Item} key=${item.id} item=${item} user=${user} />`)}</ol>`}
    ${(items.length > MOST_ITEMS || list.nextCursor !== null) && html`<p class="work-rest"><a href=${all}>
      ${list.nextCursor === null ? `All ${items.length}` : 'All of them'}</a></p>`}
  </section>`;
}

function Item({ item, user }) {
  return html`<li class=${`work-item ${SEVERITY_TONES[item.severity] ?? 'warn'}`} data-testid="work-item">
    <div class="work-what"><${SubjectName} item=${item} /></div>
    <div class="work-where"><${SubjectPlace} subject=${item.subject} /></div>
    <div class="badges">${item.findings.map((finding) => html`<${Badge} key=${finding.finding_id} tone=${SEVERITY_TONES[finding.severity] ?? 'warn'}
      title=${withoutHidden(`${kindWords(finding.kind)}, severity ${finding.severity}`)}><${Text} value=${kindShort(finding.kind)} /><//>`)}
      ${item.works === false && html`<${Badge} tone="plain">no longer works<//>`}</div>
    <div class="work-who"><${Who} item=${item} user=${user} />
      ${item.due_by && html`<span class=${item.isLate ? 'stale' : 'muted'}>${item.isLate ? 'was due' : 'due'} <${Text} value=${item.due_by} /></span>`}</div>
  </li>`;
}

function Who({ item, user }) {
  if (item.accountable.length === 0) return html`<span class="warn-text">nobody answers</span>`;
  const [first, ...others] = item.accountable;
  return html`<span><${Person} id=${first} user=${user} />${others.length > 0 && ` and ${others.length} more`}</span>`;
}
