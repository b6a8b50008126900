/** Service accounts that nobody answers for, each with the way to name somebody. */
import { html } from '../../app/preact.js';
import { formatAddress } from '../../app/address.js';
import { useBoundedList } from '../../app/bounded-list.js';
import { count } from '../../app/days.js';
import { NamePerson } from '../findings/person-dialog.js';
import { Instant, ProblemBox, Text } from '../widgets/elements.js';
import { Listing } from '../widgets/listing.js';

/** @param {import('../views.js').ViewProps} props */
export function Unanswered({ api, isAdmin, user, orgId, refreshCount }) {
  const list = useBoundedList(api, '/service-accounts', { org_id: orgId }, refreshCount);
  const unanswered = list.items.filter((account) => account.person_id === null);
  const unread = list.sections.filter((section) => section.status !== 'complete');
  const context = { api, isAdmin, user };
  const columns = [
    { label: 'Service account', cell: (account) => html`<${Text} value=${account.name} /> <span class="id muted"><${Text} value=${account.service_account_id} /></span>` },
    { label: 'Role', cell: (account) => html`<${Text} value=${account.role} />` },
    { label: 'Project id', kind: 'id', cell: (account) => html`<a href=${formatAddress('keys', { org_id: account.org_id, project_id: account.project_id })}><${Text} value=${account.project_id} /></a>` },
    { label: 'Created', kind: 'time', cell: (account) => html`<${Instant} at=${account.created_at} />` },
    ...(isAdmin ? [{ label: '', kind: 'row-actions', cell: (account) => html`<${NamePerson} orgId=${account.org_id} account=${account.service_account_id} context=${context} />` }] : []),
  ];
  return html`<section class="listing" aria-labelledby="unanswered-title" data-testid="unanswered">
    <h3 id="unanswered-title">Service accounts nobody answers for</h3>
    <p class="muted" role="status" data-testid="unanswered-sentence">${sentence(list, unanswered.length)}</p>
    ${unread.length > 0 && html`<div class="notice warn" role="status" data-testid="unanswered-notice"><p><strong>Not all of them are known.</strong>${' '}
      Of ${unread.map((section, index) => html`${index > 0 && ', '}<${Text} value=${section.org_id} />`)} the service accounts could not be read whole in the last hour.</p></div>`}
    ${unanswered.length > 0 && html`<${Listing} id="unanswered" title="Service accounts nobody answers for" columns=${columns} rows=${unanswered}
      rowId=${(account) => `${account.org_id} ${account.project_id} ${account.service_account_id} ${account.first_seen_at}`} />`}
    ${list.problem && html`<${ProblemBox} problem=${list.problem} retry=${list.readOn} testid="unanswered-problem" />`}
    ${list.state === 'ready' && !list.isWhole && html`<button type="button" data-testid="unanswered-on" onClick=${list.readOn}>Look further</button>`}
  </section>`;
}

function sentence(list, n) {
  const looked = count(list.items.length, 'service account');
  if (list.state === 'loading' && list.items.length === 0) return 'Reading…';
  if (list.problem) return `Not all could be read; of ${looked}, ${n} ${n === 1 ? 'has' : 'have'} nobody.`;
  if (!list.isWhole) return `Of the first ${looked}, ${n} ${n === 1 ? 'has' : 'have'} nobody.`;
  if (list.items.length === 0) return 'The last pictures show no service account.';
  if (n === 0) return `Somebody is named for each of ${looked}.`;
  return `${n} of ${looked} ${n === 1 ? 'has' : 'have'} nobody. Who is named is sealed from the next hour on, and a finding says when they leave.`;
}
