/** The bill: what a month costs, how each day made it grow, and how it comes about. */
import { html } from '../../app/preact.js';
import { useAddress } from '../../app/address.js';
import { useAnswer } from '../../app/answers.js';
import { BILL_SERIES, amount, billDayWords, billDays, billSentence } from '../../app/bill-days.js';
import { monthOf } from '../../app/periods.js';
import { words } from '../../app/text.js';
import { DayBars } from '../charts/day-bars.js';
import { ChartFigure } from '../charts/figure.js';
import { Badge, Hour, ProblemBox, Text } from '../widgets/elements.js';
import { Listing } from '../widgets/listing.js';

const COUNTED_TONES = { read: 'good', carried: 'warn', zero: 'plain' };

/** @param {import('../views.js').ViewProps} props */
export function BillView({ api, summary, refreshCount }) {
  const { query, set } = useAddress();
  const month = /^\d{4}-\d\d$/.test(query.month ?? '') ? query.month : summary && monthOf(summary.last_closed_hour);
  return html`<section aria-labelledby="bill-title" data-testid="room-bill">
    <header class="view-head"><div><h2 id="bill-title">Bill</h2>
      <p class="muted">€1 per user and €5 per active project, averaged over the hours of the month. What nobody could see is carried for a day, then free.</p></div>
      <label class="inline">Month <input type="month" value=${month ?? ''} data-testid="bill-month" onChange=${(event) => set({ month: event.target.value })} /></label></header>
    ${month && html`<${Month} key=${month} api=${api} month=${month} refreshCount=${refreshCount} />`}
  </section>`;
}

function Month({ api, month, refreshCount }) {
  const answer = useAnswer(api, '/billing', refreshCount, { month });
  const bill = answer.body;
  if (answer.state === 'failed') return html`<${ProblemBox} problem=${answer.problem} testid="bill-problem" />`;
  if (bill === null) return html`<p class="muted" role="status">Reading…</p>`;
  const days = billDays(bill);
  const per = new Map(bill.per_day.map((entry) => [entry.day, entry]));
  const rows = days.toReversed().map(({ day, note }) => [day, per.get(day).user_hours, per.get(day).project_hours, amount({ ...bill, amount_cents: per.get(day).amount_cents }), note ?? '']);
  return html`<${ChartFigure} title=${month} testid="bill-chart" series=${BILL_SERIES} hasGaps=${days.some(({ values }) => values === null)}
      sentence=${html`<strong class="amount" data-testid="bill-amount">${amount(bill)}</strong> ${billSentence(bill).replace(amount(bill), '')}`}
      heads=${['Day', 'User-hours', 'Project-hours', 'Grew by', 'Note']} rows=${rows}>
    ${days.length > 0 && html`<${DayBars} testid="bill-bars" label="What each day made the bill grow by" days=${days} series=${BILL_SERIES} say=${billDayWords}
      tick=${(cents) => (cents % 100 === 0 ? `€${cents / 100}` : `${cents} ct`)} />`}
  <//>
  <div class="listing"><h3>How it comes about</h3>
    <ul data-testid="bill-working">${bill.working.map((line) => html`<li key=${line}><${Text} value=${line} /></li>`)}</ul></div>
  ${bill.runs.length > 0 && html`<div class="listing"><h3>Every hour, and what it counted as</h3>
    <${Listing} id="runs" title="Every hour of the month" rows=${bill.runs} rowId=${(run) => `${run.org_id} ${run.section} ${run.from}`} columns=${RUN_COLUMNS} /></div>`}`;
}

const RUN_COLUMNS = [
  { label: 'Organization', kind: 'id', cell: (run) => html`<${Text} value=${run.org_id} />` },
  { label: 'Section', cell: (run) => html`<${Text} value=${words(run.section)} />` },
  { label: 'First hour', kind: 'time', cell: (run) => html`<${Hour} hour=${run.from} />` },
  { label: 'Last hour', kind: 'time', cell: (run) => html`<${Hour} hour=${run.to} />` },
  { label: 'Hours', kind: 'number', cell: (run) => run.hours.toLocaleString('en-US') },
  { label: 'Counted', cell: (run) => html`<${Badge} tone=${COUNTED_TONES[run.counted] ?? 'warn'}><${Text} value=${run.counted} /><//>` },
  { label: 'Why', cell: (run) => (run.reason ? html`<${Text} value=${words(run.reason)} />` : html`<span class="muted">as it was read</span>`) },
];
