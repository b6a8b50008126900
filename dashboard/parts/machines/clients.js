/** Machines' clients: make one, list them, give one a new secret, end one. A secret is shown once. */
import { html, useState } from '../../app/preact.js';
import { useList } from '../../app/answers.js';
import { words } from '../../app/text.js';
import { Person } from '../names/person.js';
import { Badge, Instant, ProblemBox, Text } from '../widgets/elements.js';
import { Listing } from '../widgets/listing.js';
import { Empty } from '../widgets/notices.js';
import { ConfirmDialog } from './confirm-dialog.js';
import { NewClient } from './new-client.js';
import { Secret } from './secret.js';

const STATES = { active: 'good', expired: 'plain', revoked: 'plain' };

export function Clients({ api, refreshCount, user }) {
  const { list, loadMore, retry, putItem } = useList(api, '/clients', {}, refreshCount);
  const [secret, setSecret] = useState(null);
  const [asked, setAsked] = useState(null);
  const take = ({ client_secret: text, ...client }) => {
    putItem((other) => other.client_id === client.client_id, client);
    if (text) setSecret({ text, client });
  };
  const columns = [
    { label: 'State', cell: (client) => html`<${Badge} tone=${STATES[client.state] ?? 'warn'}><${Text} value=${words(client.state)} /><//>` },
    { label: 'For what', cell: (client) => html`${client.label ? html`<${Text} value=${client.label} />` : html`<span class="muted">no label</span>`}
      <span class="under-badge id muted"><${Text} value=${client.client_id} /></span>` },
    { label: 'May', cell: (client) => html`<span class="badges">${client.scopes.map((scope) => html`<${Badge} key=${scope} tone="plain"><${Text} value=${scope} /><//>`)}</span>` },
    { label: 'Made', kind: 'time', cell: (client) => html`<${Instant} at=${client.created_at} />
      <span class="under-badge muted">by <${Person} id=${client.created_by} user=${user} />${client.rotated_at && html`<br />new secret <${Instant} at=${client.rotated_at} />`}</span>` },
    { label: 'Ends', kind: 'time', cell: (client) => (client.revoked_at ? html`revoked <${Instant} at=${client.revoked_at} />` : html`<${Instant} at=${client.expires_at} />`) },
    { label: '', kind: 'row-actions', cell: (client) => client.state === 'active' && html`<span class="wrapped">
      <button type="button" class="small" data-testid="client-rotate" onClick=${() => setAsked({ kind: 'rotate', client })}>New secret</button>
      <button type="button" class="small danger" data-testid="client-revoke" onClick=${() => setAsked({ kind: 'revoke', client })}>Revoke</button></span>` },
  ];
  return html`<section class="listing" aria-labelledby="clients-title" data-testid="clients">
    <h3 id="clients-title">Clients</h3>
    <p class="muted">A machine trades its id and secret for a token of 15 minutes. Give each the scopes it needs, and no more.</p>
    <${NewClient} api=${api} onMade=${take} />
    ${secret && html`<${Secret} key=${secret.text} secret=${secret.text} title=${html`The secret of <${Text} value=${secret.client.label ?? secret.client.client_id} />`}
      id=${secret.client.client_id} close=${() => setSecret(null)} />`}
    ${list.state === 'ready' && list.items.length === 0 && html`<${Empty} testid="clients-empty" title="No machine has access">Make a client above for the first one.<//>`}
    ${list.items.length > 0 && html`<${Listing} id="clients" title="Clients" rows=${list.items} rowId=${(client) => client.client_id} columns=${columns} />`}
    ${list.problem && html`<${ProblemBox} problem=${list.problem} retry=${retry} testid="clients-problem" />`}
    ${list.state === 'loading' && list.items.length === 0 && html`<p class="muted" role="status">Reading…</p>`}
    ${list.nextCursor !== null && html`<button type="button" onClick=${loadMore}>Load more</button>`}
    ${asked && html`<${ConfirmDialog} key=${asked.kind} ...${QUESTIONS[asked.kind](asked.client)} api=${api} onDone=${take} close=${() => setAsked(null)} />`}
  </section>`;
}

const pathOf = (client) => `/clients/${encodeURIComponent(client.client_id)}`;
const nameOf = (client) => html`<${Text} value=${client.label ?? client.client_id} />`;

const QUESTIONS = {
  rotate: (client) => ({
    title: html`A new secret for ${nameOf(client)}`,
    text: 'The old one is good for some hours more, so that nothing stands still while you put the new one in its place.',
    field: { name: 'old_secret_hours', label: 'The old one is good for, in hours', min: 0, max: 168, value: 24 },
    button: 'Make it',
    request: (hours) => ['POST', `${pathOf(client)}/secret`, { old_secret_hours: hours }],
  }),
  revoke: (client) => ({
    title: html`Revoke ${nameOf(client)}`,
    text: 'It and its tokens are refused from the next request on. It cannot be taken back; a new client can be made.',
    button: 'Revoke',
    danger: true,
    request: () => ['DELETE', pathOf(client), undefined],
  }),
};
