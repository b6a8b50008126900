/** Connected organizations: how each stands, and for administrators what can be done about it. */
import { html, useState } from '../../app/preact.js';
import { useList } from '../../app/answers.js';
import { Bill } from './bill.js';
import { ConnectForm } from './connect-form.js';
import { Empty } from '../widgets/notices.js';
import { OrganizationCard } from './organization-card.js';
import { ProblemBox } from '../widgets/elements.js';

export function Organizations({ api, again, refresh, isAdmin, summary }) {
  const { list, more, retry } = useList(api, '/orgs', {}, again);
  const [open, setOpen] = useState(false);
  const pictured = new Map((summary?.organizations ?? []).map((each) => [each.org_id, each]));
  const none = list.state === 'ready' && list.items.length === 0;
  const connected = () => {
    setOpen(false);
    refresh();
  };
  return html`<section aria-labelledby="organizations-title" data-testid="room-organizations">
    <header class="room-head">
      <div><h2 id="organizations-title">Organizations</h2>
        <p class="muted">Every hour one picture of each is taken and sealed.</p></div>
      ${isAdmin && !open && !none && html`<button type="button" class="primary" data-testid="connect-open" onClick=${() => setOpen(true)}>Connect an organization</button>`}
    </header>
    ${none && html`<${Empty} testid="organizations-empty" title="No organization connected yet">
      ${isAdmin
        ? 'Connect the first one below with a read-only Organization Admin Key; its first picture is taken right away.'
        : 'An administrator of your tenant connects one; auditors read and download.'}<//>`}
    ${isAdmin && (open || none) && html`<${ConnectForm} api=${api} onConnected=${connected} onCancel=${none ? null : () => setOpen(false)} />`}
    <div class="cards">${list.items.map((organization) => html`<${OrganizationCard} key=${organization.org_id} api=${api}
      organization=${organization} pictured=${pictured.get(organization.org_id)} isAdmin=${isAdmin} refresh=${refresh} />`)}</div>
    ${list.problem && html`<${ProblemBox} problem=${list.problem} retry=${retry} testid="organizations-problem" />`}
    ${list.state === 'loading' && list.items.length === 0 && html`<p class="muted" role="status">Reading…</p>`}
    ${list.nextCursor !== null && html`<button type="button" onClick=${more}>Load more</button>`}
  </section>
  <${Bill} api=${api} again=${again} lastClosedHour=${summary?.last_closed_hour ?? null} read=${summary !== null} />`;
}
