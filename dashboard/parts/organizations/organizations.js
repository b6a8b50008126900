/** Connected organizations: how each stands, and for administrators what can be done about it. */
import { html, useState } from '../../app/preact.js';
import { useList } from '../../app/answers.js';
import { ConnectForm } from './connect-form.js';
import { Empty } from '../widgets/notices.js';
import { OrganizationCard } from './organization-card.js';
import { ProblemBox } from '../widgets/elements.js';

export function Organizations({ api, refreshCount, refresh, isAdmin, summary }) {
  const { list, loadMore, retry } = useList(api, '/orgs', {}, refreshCount);
  const [open, setOpen] = useState(false);
  const summaryRows = new Map((summary?.organizations ?? []).map((organization) => [organization.org_id, organization]));
  const isEmpty = list.state === 'ready' && list.items.length === 0;
  const onConnected = () => {
    setOpen(false);
    refresh();
  };
  return html`<section aria-labelledby="organizations-title" data-testid="room-organizations">
    <header class="view-head">
      <div><h2 id="organizations-title">Organizations</h2>
        <p class="muted">Every hour one picture of each is taken and sealed.</p></div>
      ${isAdmin && !open && !isEmpty && html`<button type="button" class="primary" data-testid="connect-open" onClick=${() => setOpen(true)}>+ Connect org</button>`}
    </header>
    ${isEmpty && html`<${Empty} testid="organizations-empty" title="No organization connected yet">
      ${isAdmin
        ? 'Connect the first one below with a read-only Organization Admin Key; its first picture is taken right away.'
        : 'An administrator of your tenant connects one; auditors read and download.'}<//>`}
    ${isAdmin && (open || isEmpty) && html`<${ConnectForm} api=${api} onConnected=${onConnected} onCancel=${isEmpty ? null : () => setOpen(false)} />`}
    <div class="cards">${list.items.map((organization) => html`<${OrganizationCard} key=${organization.org_id} api=${api}
      organization=${organization} summaryRow=${summaryRows.get(organization.org_id)} isAdmin=${isAdmin} refresh=${refresh} />`)}</div>
    ${list.problem && html`<${ProblemBox} problem=${list.problem} retry=${retry} testid="organizations-problem" />`}
    ${list.state === 'loading' && list.items.length === 0 && html`<p class="muted" role="status">Reading…</p>`}
    ${list.nextCursor !== null && html`<button type="button" onClick=${loadMore}>Load more</button>`}
  </section>`;
}
