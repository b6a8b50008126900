/** What is wrong, whose it is, and whether anybody was looking: the view that opens first. */
import { html } from '../../app/preact.js';
import { formatAddress } from '../../app/address.js';
import { useAnswer, useList } from '../../app/answers.js';
import { kindWords } from '../../app/finding-words.js';
import { nowSentence } from '../../app/now-words.js';
import { bySubject, isToDo, rank } from '../../app/work.js';
import { Empty } from '../widgets/notices.js';
import { ProblemBox, Text } from '../widgets/elements.js';
import { SEVERITY_TONES } from '../findings/finding-cells.js';
import { Person } from '../names/person.js';
import { Trend } from './trend.js';
import { WorkList } from './work-list.js';

const FIRST_FINDINGS = '100';
const MOST_KINDS = 6;
const MOST_PEOPLE = 5;

/** @param {import('../views.js').ViewProps} props */
export function Now({ api, user, summary, orgId, refreshCount }) {
  const figures = useAnswer(api, '/findings/summary', refreshCount, { org_id: orgId });
  const { list, retry } = useList(api, '/findings', { org_id: orgId, limit: FIRST_FINDINGS }, refreshCount);
  const items = bySubject(list.items.filter(isToDo));
  return html`<section class="now" aria-labelledby="now-title" data-testid="room-now">
    <h2 class="unseen" id="now-title">Now</h2>
    <${Sentence} summary=${summary} figures=${figures} />
    ${figures.problem && html`<${ProblemBox} problem=${figures.problem} testid="now-problem" />`}
    <${Tiles} figures=${figures.body} summary=${summary} orgId=${orgId} user=${user} />
    ${summary?.orgs === 0 ? html`<${NothingConnected} />` : html`<div class="now-columns">
      <${WorkList} items=${items} list=${list} retry=${retry} orgId=${orgId} user=${user} />
      <div class="now-side">
        ${figures.body && html`<${History} figures=${figures.body} />
          <${Kinds} kinds=${figures.body.by_kind ?? []} orgId=${orgId} />
          <${Accountables} figures=${figures.body} orgId=${orgId} user=${user} />`}
      </div></div>`}
  </section>`;
}

function NothingConnected() {
  return html`<${Empty} testid="now-empty" title="No organization connected yet">
    Connect one under <a href="#organizations">Organizations</a>; its first picture is taken right away.<//>`;
}

function Sentence({ summary, figures }) {
  if (summary === null || figures.state === 'loading' && figures.body === null) return html`<p class="now-sentence" role="status">Reading…</p>`;
  const { tone, parts } = nowSentence(summary, figures.body);
  return html`<p class=${`now-sentence ${tone}`} data-testid="now-sentence">${parts.map((part, index) =>
    (part.tone ? html`<strong key=${index} class=${`tone-${part.tone}`}>${part.text}</strong>` : html`<span key=${index}>${part.text}</span>`))}</p>`;
}

function Tiles({ figures, summary, orgId, user }) {
  const mine = figures?.by_accountable?.find((row) => row.accountable === user)?.open ?? 0;
  const tiles = [
    { id: 'high', label: 'High severity', value: figures?.by_severity?.high, tone: 'bad', query: { severity: 'high' } },
    { id: 'late', label: 'Late', value: figures?.late, tone: 'bad', query: { due: 'late' } },
    { id: 'unassigned', label: 'Nobody answers', value: figures?.unassigned, tone: 'warn', query: { who: 'nobody' } },
    { id: 'mine', label: 'Yours', value: figures && mine, query: { who: 'me' } },
    { id: 'accepted', label: 'Accepted', value: figures?.accepted, query: { state: 'accepted' } },
    { id: 'missed', label: 'Missed hours', value: summary?.missed_30d, tone: 'warn', view: 'coverage' },
  ];
  return html`<ul class="tiles" aria-label="Figures of the work">${tiles.map(({ id, label, value, tone, view = 'findings', query = {} }) => html`<li key=${id}>
    <a class=${`tile${value > 0 && tone ? ` ${tone}` : ''}`} href=${formatAddress(view, { ...query, org_id: orgId })} data-testid=${`tile-${id}`}>
      <strong>${typeof value === 'number' ? value.toLocaleString('en-US') : '—'}</strong><span>${label}</span></a></li>`)}</ul>`;
}

function History({ figures }) {
  return html`<section class="panel" aria-labelledby="trend-title"><h3 id="trend-title">Open findings, 90 days</h3>
    <${Trend} trend=${figures.trend ?? []} /></section>`;
}

function Kinds({ kinds, orgId }) {
  const sorted = kinds.filter((kind) => kind.open > 0).sort((a, b) => rank(a) - rank(b) || b.open - a.open);
  if (sorted.length === 0) return null;
  const most = Math.max(...sorted.map((kind) => kind.open));
  const rest = sorted.slice(MOST_KINDS).reduce((sum, kind) => sum + kind.open, 0);
  return html`<section class="panel" aria-labelledby="kinds-title"><h3 id="kinds-title">What was found</h3>
    <ul class="counts">${sorted.slice(0, MOST_KINDS).map((row) => html`<li key=${row.kind + row.severity}>
      <a href=${formatAddress('findings', { kind: row.kind, severity: row.severity, org_id: orgId })} data-testid=${`kind-${row.kind}-${row.severity}`}><${Text} value=${kindWords(row.kind)} /><span class="muted">, <${Text} value=${row.severity} /></span></a>
      <meter class=${SEVERITY_TONES[row.severity] ?? 'warn'} min="0" max=${most} value=${row.open} aria-hidden="true"></meter><span>${row.open}</span></li>`)}
      ${rest > 0 && html`<li><a href=${formatAddress('findings', { org_id: orgId })}>Other kinds</a><span></span><span>${rest}</span></li>`}</ul></section>`;
}

function Accountables({ figures, orgId, user }) {
  const nobody = { accountable: null, open: figures.unassigned, late: 0 };
  const sorted = [nobody, ...figures.by_accountable].filter((row) => row.open > 0).sort((a, b) => b.open - a.open);
  if (sorted.length === 0) return null;
  const link = ({ accountable }) => (accountable === null ? { who: 'nobody' } : accountable === user ? { who: 'me' } : { accountable });
  return html`<section class="panel" aria-labelledby="owners-title"><h3 id="owners-title">Who answers for them</h3>
    <ul class="counts">${sorted.slice(0, MOST_PEOPLE).map((row) => html`<li key=${row.accountable}>
      <a href=${formatAddress('findings', { ...link(row), org_id: orgId })}>${row.accountable === null ? 'nobody yet'
        : html`<${Person} id=${row.accountable} user=${user} />`}</a>
      <span class="stale">${row.late > 0 && `${row.late} late`}</span><span>${row.open}</span></li>`)}</ul></section>`;
}
