/** What a webhook was sent last, and what became of each. */
import { html } from '../../app/preact.js';
import { alertWords, failureWords } from '../../app/alert-words.js';
import { useList } from '../../app/answers.js';
import { count } from '../../app/days.js';
import { Badge, Instant, ProblemBox, Text } from '../widgets/elements.js';
import { Listing } from '../widgets/listing.js';

export function Deliveries({ api, webhook, refreshCount }) {
  const { list, loadMore, retry } = useList(api, `/webhooks/${encodeURIComponent(webhook.webhook_id)}/deliveries`, {}, refreshCount);
  return html`<div class="deliveries" data-testid="deliveries">
    <h4>Last deliveries to <${Text} value=${webhook.label ?? webhook.url} /></h4>
    ${list.state === 'ready' && list.items.length === 0 && html`<p class="muted">Nothing was sent yet; a test shows whether it arrives.</p>`}
    ${list.items.length > 0 && html`<${Listing} id="deliveries" title="Deliveries" rows=${list.items} rowId=${(delivery) => String(delivery.number)} columns=${COLUMNS} />`}
    ${list.problem && html`<${ProblemBox} problem=${list.problem} retry=${retry} testid="deliveries-problem" />`}
    ${list.state === 'loading' && list.items.length === 0 && html`<p class="muted" role="status">Reading…</p>`}
    ${list.nextCursor !== null && html`<button type="button" onClick=${loadMore}>Older ones</button>`}
  </div>`;
}

const COLUMNS = [
  { label: 'No.', kind: 'number', cell: (delivery) => delivery.number.toLocaleString('en-US') },
  { label: 'About', cell: (delivery) => html`<${Text} value=${alertWords(delivery.type)} />` },
  { label: 'Happened', kind: 'time', cell: (delivery) => html`<${Instant} at=${delivery.committed_at} seconds />` },
  { label: 'Taken', kind: 'time', cell: (delivery) => (delivery.delivered_at ? html`<${Instant} at=${delivery.delivered_at} seconds />` : html`<${Badge} tone=${delivery.attempts > 0 ? 'warn' : 'plain'}>not yet<//>`) },
  { label: 'Tried', cell: (delivery) => count(delivery.attempts, 'time') },
  { label: 'Last answer', cell: (delivery) => html`${delivery.status === null ? html`<span class="muted">none</span>` : html`<${Text} value=${delivery.status} />`}
    ${delivery.failure && html`<span class="under-badge warn-text"><${Text} value=${failureWords(delivery.failure)} /></span>`}` },
  { label: 'Id', kind: 'id', cell: (delivery) => html`<${Text} value=${delivery.message_id} />` },
];
