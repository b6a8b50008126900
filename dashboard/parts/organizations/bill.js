import { html, useState } from '../../app/preact.js';
import { useAnswer } from '../../app/answers.js';
import { monthOf } from '../../app/periods.js';
import { words } from '../../app/text.js';
import { ProblemBox, Text } from '../widgets/elements.js';

/** The month's bill and how it comes about, at the foot of the organizations. */
export function Bill({ api, refreshCount, lastClosedHour, isSummaryRead }) {
  const [chosenMonth, setChosenMonth] = useState('');
  if (!isSummaryRead) return null; // the month to start with follows from the last closed hour
  const month = chosenMonth || monthOf(lastClosedHour);
  return html`<section class="bill" aria-labelledby="bill-title" data-testid="bill">
    <h2 id="bill-title">Bill</h2>
    <label class="inline">Month <input type="month" value=${month} data-testid="bill-month"
      onChange=${(event) => setChosenMonth(event.target.value)} /></label>
    <${MonthBill} api=${api} refreshCount=${refreshCount} month=${month} />
  </section>`;
}

function MonthBill({ api, refreshCount, month }) {
  const bill = useAnswer(api, '/billing', refreshCount, { month });
  if (bill.state === 'failed') return html`<${ProblemBox} problem=${bill.problem} testid="bill-problem" />`;
  if (bill.body === null || bill.body.month !== month) return html`<span class="muted" role="status">Reading…</span>`;
  return html`<strong data-testid="bill-amount">${amount(bill.body)}</strong>
    <details><summary>How it comes about</summary>
      <p class="muted">€1 per user and €5 per active project, averaged over the hours of the month.</p>
      <ul>${[...(bill.body.per_org ?? []), ...(bill.body.working ?? [])].map((line, index) => html`<li key=${index}><${Text} value=${lineText(line)} /></li>`)}</ul>
    </details>`;
}

/** Integer cents in, so that no figure is ever rounded here. */
function amount({ amount_cents, currency }) {
  const cents = String(amount_cents).padStart(3, '0');
  const sign = currency === 'EUR' ? '€' : `${currency} `;
  return `${sign}${cents.slice(0, -2)}.${cents.slice(-2)}`;
}

/** A line of the working: a sentence as it is, a record as its fields. */
function lineText(line) {
  if (typeof line !== 'object' || line === null) return String(line);
  const plain = Object.entries(line).filter(([, value]) => value !== null && value !== '');
  return plain.map(([name, value]) => `${words(name)} ${typeof value === 'object' ? JSON.stringify(value) : value}`).join(' · ');
}
