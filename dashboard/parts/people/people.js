/** People: who answers for what, what of it is late, and which service accounts nobody answers for. */
import { html } from '../../app/preact.js';
import { formatAddress } from '../../app/address.js';
import { useAnswer } from '../../app/answers.js';
import { count } from '../../app/days.js';
import { Person } from '../names/person.js';
import { ProblemBox, Text } from '../widgets/elements.js';
import { Listing } from '../widgets/listing.js';
import { Empty } from '../widgets/notices.js';
import { Tiles } from '../widgets/tiles.js';
import { Unanswered } from './unanswered.js';

/** @param {import('../views.js').ViewProps} props */
export function People(props) {
  const { api, orgId, refreshCount, user } = props;
  const answer = useAnswer(api, '/findings/summary', refreshCount, { org_id: orgId });
  const rows = (answer.body?.by_accountable ?? []).filter((row) => row.accountable !== null);
  const findings = (more = {}) => formatAddress('findings', { org_id: orgId, ...more });
  return html`<section aria-labelledby="people-title" data-testid="room-people">
    <header class="view-head"><div><h2 id="people-title">People</h2>
      <p data-testid="people-sentence" role="status">${answer.body === null ? 'Reading…' : peopleSentence(answer.body, rows)}</p></div></header>
    ${answer.problem && html`<${ProblemBox} problem=${answer.problem} testid="people-problem" />`}
    <${Tiles} label="Findings" tiles=${[
      { label: 'Open', value: answer.body?.open, href: findings(), testid: 'people-open' },
      { label: 'Late', value: answer.body?.late, tone: 'bad', href: findings({ due: 'late' }), testid: 'people-late' },
      { label: 'Nobody answers for', value: answer.body?.unassigned, tone: 'warn', href: findings({ who: 'nobody' }), testid: 'people-unassigned' },
      { label: 'Accepted', value: answer.body?.accepted, href: findings({ state: 'accepted' }) },
    ]} />
    ${answer.body !== null && rows.length === 0 && html`<${Empty} testid="people-empty" title="Nobody answers for a finding yet">
      Under <a href=${findings()}>Findings</a> an administrator says who answers for one, and by when.<//>`}
    ${rows.length > 0 && html`<div class="listing"><${Listing} id="people" title="Who answers for findings" rows=${rows.toSorted(mostUrgentFirst)} rowId=${(row) => row.accountable} columns=${columnsOf(user, orgId)} /></div>`}
  </section>
  <${Unanswered} ...${props} />`;
}

function peopleSentence({ open, late, unassigned }, rows) {
  const answered = rows.reduce((sum, row) => sum + row.open, 0);
  const answering = rows.filter((row) => row.open > 0).length;
  const whose = answering === 0 ? 'Nobody answers for one of them' : `${count(answering, 'person or team answers', 'people and teams answer')} for ${answered}`;
  if (open === 0) return 'No finding is open.';
  return `${count(open, 'finding')} ${open === 1 ? 'is' : 'are'} open. ${whose}, ${unassigned} ${unassigned === 1 ? 'is' : 'are'} nobody’s; ${late === 0 ? 'none is late' : `${late} late`}.`;
}

function mostUrgentFirst(a, b) {
  return b.late - a.late || b.open - a.open || (a.accountable < b.accountable ? -1 : 1);
}

function columnsOf(user, orgId) {
  const figure = (name, view, more, className = '') => (row) => (row[name] === 0 ? html`<span class="zero">0</span>`
    : html`<a class=${className} href=${formatAddress(view, { org_id: orgId, accountable: row.accountable, ...more })} data-testid=${`people-${name}`}>${row[name].toLocaleString('en-US')}</a>`);
  return [
    { label: 'Who', cell: (row) => html`<${Person} id=${row.accountable} user=${user} /> ${isAccount(row.accountable)
      && html`<a class="beside-name" href=${formatAddress('access', { org_id: orgId, entity_id: row.accountable })} data-testid="people-can">can do what<span class="unseen">, of <${Text} value=${row.accountable} /></span></a>`}` },
    { label: 'Open', kind: 'number', cell: figure('open', 'findings', {}) },
    { label: 'Late', kind: 'number', cell: figure('late', 'findings', { due: 'late' }, 'late-figure') },
    { label: 'In time so far', cell: (row) => html`<${Share} row=${row} />` },
    { label: 'Closed in time', kind: 'number', cell: figure('closed_in_time', 'closed', { days: '90', time: 'in_time' }) },
    { label: 'Closed late', kind: 'number', cell: figure('closed_late', 'closed', { days: '90', time: 'late' }) },
  ];
}

/** Of a team no list tells what it can do, nor of a person who is known by a hash. */
function isAccount(id) {
  return /^user-/.test(id);
}

/** Of what was closed, and what is late now: how much was in time. */
function Share({ row }) {
  const whole = row.closed_in_time + row.closed_late + row.late;
  if (whole === 0) return html`<span class="muted">nothing due yet</span>`;
  const percent = Math.round((100 * row.closed_in_time) / whole);
  return html`<svg class="share" viewBox="0 0 100 8" preserveAspectRatio="none" role="img" aria-label=${`${percent} percent in time`}>
      <rect class="rest" width="100" height="8" /><rect class=${`bar ${percent < 50 ? 'alarm' : 'calm'}`} width=${percent} height="8" /></svg>
    <span class="muted">${percent} %</span>`;
}
