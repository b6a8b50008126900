/** Webhooks: whom the service tells what happened, how that goes, and how to try, repeat or end it. */
import { html, useState } from '../../app/preact.js';
import { formatAddress, useAddress } from '../../app/address.js';
import { useList } from '../../app/answers.js';
import { asProblem } from '../../app/problem.js';
import { Badge, Instant, ProblemBox, Text } from '../widgets/elements.js';
import { Listing } from '../widgets/listing.js';
import { Empty } from '../widgets/notices.js';
import { ConfirmDialog } from './confirm-dialog.js';
import { Deliveries } from './deliveries.js';
import { NewWebhook } from './new-webhook.js';
import { Secret } from './secret.js';

const STATES = { active: 'good', failing: 'warn', dead: 'bad' };

/** @param {import('../views.js').ViewProps} props */
export function Webhooks({ api, refreshCount }) {
  const { query } = useAddress();
  const [round, setRound] = useState(0);
  const { list, retry, putItem } = useList(api, '/webhooks', {}, `${refreshCount} ${round}`);
  const [secret, setSecret] = useState(null);
  const [asked, setAsked] = useState(null);
  const [told, setTold] = useState({ text: '', problem: null });
  const take = ({ secret: text, ...webhook }) => {
    putItem((other) => other.webhook_id === webhook.webhook_id, webhook);
    if (text) setSecret({ text, webhook });
  };
  const test = (webhook) => api.send('POST', `${pathOf(webhook)}/test`).then(
    ({ number }) => setTold({ text: `A test goes out within a minute, as number ${number}.`, problem: null }),
    (error) => setTold({ text: '', problem: asProblem(error) }),
  );
  const chosen = list.items.find((webhook) => webhook.webhook_id === query.webhook) ?? null;
  return html`<section class="listing" aria-labelledby="webhooks-title" data-testid="webhooks">
    <h3 id="webhooks-title">Webhooks</h3>
    <p class="muted">What happens is posted to your address within minutes, signed and numbered without a gap, so that a receiver sees what it lacks.</p>
    <${NewWebhook} api=${api} onMade=${take} />
    ${secret && html`<${Secret} key=${secret.text} secret=${secret.text} id=${null} title=${html`The secret of <${Text} value=${nameOf(secret.webhook)} />, to verify signatures with`} close=${() => setSecret(null)} />`}
    ${list.state === 'ready' && list.items.length === 0 && html`<${Empty} testid="webhooks-empty" title="Nobody is told">Add the address of a SIEM, a chat or a ticket system above.<//>`}
    ${list.items.length > 0 && html`<${Listing} id="webhooks" title="Webhooks" rows=${list.items} rowId=${(webhook) => webhook.webhook_id} isChosen=${(webhook) => webhook === chosen}
      columns=${columnsOf({ query, test, ask: setAsked })} />`}
    ${told.text && html`<p role="status" data-testid="webhooks-told">${told.text}</p>`}
    ${[list.problem && { problem: list.problem, retry }, told.problem && { problem: told.problem }].map((one, index) => one && html`<${ProblemBox} key=${index} ...${one} testid="webhooks-problem" />`)}
    ${chosen && html`<${Deliveries} key=${chosen.webhook_id} api=${api} webhook=${chosen} refreshCount=${refreshCount} />`}
    ${asked && html`<${ConfirmDialog} key=${asked.kind} ...${QUESTIONS[asked.kind](asked.webhook)} api=${api} close=${() => setAsked(null)}
      onDone=${asked.kind === 'end' ? () => setRound(round + 1) : take} />`}
  </section>`;
}

const pathOf = (webhook) => `/webhooks/${encodeURIComponent(webhook.webhook_id)}`;
const nameOf = (webhook) => webhook.label ?? webhook.url;

function columnsOf({ query, test, ask }) {
  return [
    { label: 'State', cell: (webhook) => html`<${Badge} tone=${STATES[webhook.state] ?? 'warn'}><${Text} value=${webhook.state} /><//>
      ${webhook.failing_since && html`<span class="under-badge muted">since <${Instant} at=${webhook.failing_since} /></span>`}` },
    { label: 'To', cell: (webhook) => html`${webhook.label && html`<${Text} value=${webhook.label} />`}<span class="under-badge id muted"><${Text} value=${webhook.url} /></span>` },
    { label: 'Taken', cell: (webhook) => html`${webhook.delivered_number.toLocaleString('en-US')} of ${webhook.last_number.toLocaleString('en-US')}
      ${webhook.delivered_number < webhook.last_number && html`<span class="under-badge warn-text">${(webhook.last_number - webhook.delivered_number).toLocaleString('en-US')} waiting</span>`}` },
    { label: 'Secret of', kind: 'time', cell: (webhook) => html`<${Instant} at=${webhook.rotated_at ?? webhook.created_at} />` },
    { label: '', kind: 'row-actions', cell: (webhook) => html`<span class="wrapped">
      <a class="button small" data-testid="webhook-deliveries" aria-current=${query.webhook === webhook.webhook_id ? 'true' : undefined}
        href=${formatAddress('machines', { org_id: query.org_id, webhook: query.webhook === webhook.webhook_id ? '' : webhook.webhook_id })}>Deliveries</a>
      <button type="button" class="small" data-testid="webhook-test" onClick=${() => test(webhook)}>Test</button>
      <button type="button" class="small" data-testid="webhook-replay" onClick=${() => ask({ kind: 'replay', webhook })}>Replay</button>
      <button type="button" class="small" data-testid="webhook-rotate" onClick=${() => ask({ kind: 'rotate', webhook })}>New secret</button>
      <button type="button" class="small danger" data-testid="webhook-end" onClick=${() => ask({ kind: 'end', webhook })}>End</button></span>` },
  ];
}

const QUESTIONS = {
  replay: (webhook) => ({
    title: 'Send everything once more',
    text: 'From this number on; each alert keeps its id, so that a receiver knows what it has. A webhook that was given up is tried again.',
    field: { name: 'from_number', label: 'From number', min: 1, max: Math.max(1, webhook.last_number), value: Math.min(webhook.delivered_number + 1, Math.max(1, webhook.last_number)) },
    button: 'Replay',
    request: (number) => ['POST', `${pathOf(webhook)}/replay`, { from_number: number }],
  }),
  rotate: (webhook) => ({
    title: 'A new secret for this webhook',
    text: 'For some hours alerts are signed with the old one as well, so that none is refused while you put the new one in its place.',
    field: { name: 'old_secret_hours', label: 'The old one signs, too, for hours', min: 0, max: 168, value: 24 },
    button: 'Make it',
    request: (hours) => ['POST', `${pathOf(webhook)}/secret`, { old_secret_hours: hours }],
  }),
  end: (webhook) => ({
    title: 'End this webhook',
    text: 'Nothing more is posted there. What was sent so far cannot be listed any more.',
    button: 'End it',
    danger: true,
    request: () => ['DELETE', pathOf(webhook), undefined],
  }),
};
