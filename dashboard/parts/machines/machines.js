/** Access machines: the clients that programs sign in with, and the webhooks that tell them what happened. */
import { html } from '../../app/preact.js';
import { Empty } from '../widgets/notices.js';
import { Clients } from './clients.js';
import { Webhooks } from './webhooks.js';

/** @param {import('../views.js').ViewProps} props */
export function Machines(props) {
  return html`<section aria-labelledby="machines-title" data-testid="room-machines">
    <header class="view-head"><div><h2 id="machines-title">Access for machines</h2>
      <p class="muted">A script, a SIEM or a ticket system reads with a client of its own, never with a person's sign-in. What it does stands in the custody log under its id.</p></div></header>
    ${props.isAdmin ? html`<${Clients} ...${props} /><${Webhooks} ...${props} />` : html`<${Empty} testid="machines-admins" title="Administrators only">Who lets machines in can let in anybody, so auditors do not see this.<//>`}
  </section>`;
}
