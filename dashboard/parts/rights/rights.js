/** Who can do what in an organization, for which reason, as of a sealed hour. */
import { html, useMemo } from '../../app/preact.js';
import { formatAddress, useAddress } from '../../app/address.js';
import { useBoundedList } from '../../app/bounded-list.js';
import { COLUMNS } from '../../app/columns.js';
import { useLocalNames } from '../../app/local-names.js';
import { useNames } from '../../app/names.js';
import { TYPES, WAYS, grantsSentence, askedHour } from '../../app/rights-words.js';
import { SECTION_NAMES, orgName } from '../../app/sections.js';
import { words } from '../../app/text.js';
import { asked, chosenFilters } from '../tables/query.js';
import { Rows } from '../tables/rows.js';
import { Toolbar } from '../tables/toolbar.js';
import { Hour, ProblemBox, Text } from '../widgets/elements.js';
import { Empty } from '../widgets/notices.js';
import { GRANT_COLUMNS, searched } from './grant-cells.js';

const KIND = {
  id: 'access',
  title: 'Who can do what',
  search: 'Person, role, permission or group',
  filters: [
    { name: 'level', label: 'Can make owners', options: [['', 'Any'], ['owner', 'Yes'], ['other', 'No']] },
    { name: 'entity_type', label: 'Who', options: [['', 'Anybody'], ...Object.entries(TYPES)] },
    { name: 'way', label: 'By', options: [['', 'Any way'], ...Object.entries(WAYS)] },
  ],
  narrowings: [{ name: 'entity_id', label: 'what can be done by' }, { name: 'project_id', label: 'in the project' }],
  fields: COLUMNS.access,
  columns: GRANT_COLUMNS,
  rowId: (grant) => `${grant.entity_id} ${grant.way} ${grant.path.map((step) => `${step.section} ${step.entity_id}`).join(' ')}`,
};

/** @param {import('../views.js').ViewProps} props */
export function Rights(props) {
  const { organizations, orgId } = props;
  const chosen = orgId || (organizations?.length === 1 ? organizations[0].org_id : '');
  return html`<section aria-labelledby="access-title" data-testid="room-access">
    <header class="view-head"><div><h2 id="access-title">Who can do what</h2>
      <p class="muted">For every reason there is, with the path to it: through which group, role or key. It follows from the sealed lists of an hour, by a published table.</p></div></header>
    ${organizations !== null && organizations.length === 0 && html`<${Empty} testid="access-empty" title="No organization connected yet">
      Connect one under <a href="#organizations">Organizations</a>; its first picture is taken right away.<//>`}
    ${chosen === '' && organizations?.length > 1 && html`<${WhichOrganization} organizations=${organizations} />`}
    ${chosen !== '' && html`<${Grants} key=${chosen} ...${props} chosen=${chosen} />`}
  </section>`;
}

/** Rights are those of one organization: nobody's are joined across two. */
function WhichOrganization({ organizations }) {
  const { query } = useAddress();
  return html`<${Empty} testid="access-which" title="Of which organization?">
    ${organizations.map((organization, index) => html`${index > 0 && ', '}<a key=${organization.org_id} href=${formatAddress('access', { ...query, org_id: organization.org_id })}><${Text} value=${orgName(organization)} /></a>`)}<//>`;
}

function Grants({ api, chosen, refreshCount, user }) {
  const { query, set } = useAddress();
  const filters = chosenFilters(KIND, query);
  const { q = '', ...sent } = asked(KIND, filters, { user, today: '' });
  const asOf = askedHour(query.as_of);
  const kind = useMemo(() => ({ ...KIND, path: `/orgs/${encodeURIComponent(chosen)}/access` }), [chosen]);
  const list = useBoundedList(api, kind.path, { ...sent, as_of: asOf }, refreshCount);
  const ofOrg = { org_id: chosen, state: 'all' };
  const groups = useBoundedList(api, '/groups', ofOrg, refreshCount);
  const accounts = useBoundedList(api, '/service-accounts', ofOrg, refreshCount);
  const names = useNames(api, chosen, refreshCount);
  const local = useLocalNames();
  const context = useMemo(() => ({ orgId: chosen, asOf, projects: names.projects, owners: names.owners, local: local.byId,
    groups: new Map(groups.items.map((row) => [row.group_id, row.name])), accounts: new Map(accounts.items.map((row) => [row.service_account_id, row.name])) }),
    [chosen, asOf, names, local, groups.items, accounts.items]);
  const kept = useMemo(() => (grant) => q === '' || searched(grant, context).includes(q.toLowerCase()), [q, context]);
  const rows = useMemo(() => list.items.filter(kept), [list.items, kept]);
  return html`<${AsOf} value=${asOf} set=${set} seal=${list.seal} />
    <${Toolbar} kind=${{ ...kind, keeps: kept }} filters=${filters} query=${{ ...sent, as_of: asOf }} set=${set} api=${api} user=${user} isEmpty=${rows.length === 0} />
    <${NotAllKnown} list=${list} />
    ${rows.length > 0 && html`<p role="status" data-testid="access-sentence">${grantsSentence(rows, list.isWhole)}</p>
      <${Rows} kind=${kind} columns=${kind.columns} rows=${rows} context=${context} sort="" onSort=${() => {}} isWhole=${list.isWhole} selection=${null} />`}
    ${list.problem && html`<${ProblemBox} problem=${list.problem} retry=${list.readOn} testid="access-problem" />`}
    ${list.state === 'ready' && rows.length === 0 && html`<${Nobody} list=${list} isNarrowed=${Object.keys(filters).length > 0} />`}
    <footer class="view-foot"><span class="muted" role="status" data-testid="access-count">${list.state === 'loading' ? 'Reading…' : ''}</span>
      ${list.state === 'ready' && !list.isWhole && html`<button type="button" data-testid="access-on" onClick=${list.readOn}>Read further</button>`}</footer>`;
}

/** Which hour's lists it follows from; another one is asked for by its start, in UTC. */
function AsOf({ value, set, seal }) {
  const choose = ({ currentTarget: { value: text } }) => set({ as_of: text === '' ? '' : `${text.slice(0, 13)}:00:00Z` });
  return html`<div class="as-of"><label class="inline">In the hour from<span class="unseen"> (UTC)</span>
      <input type="datetime-local" step="3600" value=${value.slice(0, 16)} data-testid="access-as-of" onChange=${choose} /><span aria-hidden="true">UTC</span></label>
    ${value !== '' && html`<button type="button" class="small" data-testid="access-newest" onClick=${() => set({ as_of: '' })}>The newest</button>`}
    ${seal && html`<span class="muted" data-testid="access-seal">${value === '' ? 'The newest: ' : ''}<${Hour} hour=${seal.hour} /> UTC, seal <span class="id" title=${seal.sha256}>${seal.sha256.slice(0, 12)}…</span></span>`}</div>`;
}

/** What could not be read hides what somebody can do: it is said before the list is believed. */
function NotAllKnown({ list }) {
  const unread = list.seal === null ? [] : list.sections.filter(({ status }) => status !== 'complete');
  if (unread.length === 0) return null;
  return html`<div class="notice warn" role="status" data-testid="access-notice"><p><strong>Somebody may be able to do more than is told.</strong>${' '}
    Not read whole: ${unread.map(({ section, status }) => `${SECTION_NAMES[section] ?? words(section)} (${status === null ? 'never' : words(status)})`).join(', ')}.</p></div>`;
}

function Nobody({ list, isNarrowed }) {
  if (list.seal === null) return html`<${Empty} testid="access-none" title="No hour is closed yet">The first picture is taken right after connecting.<//>`;
  if (!list.isWhole) return html`<${Empty} testid="access-none" title="Nobody among those read so far">Read further to look at the others.<//>`;
  if (isNarrowed) return html`<${Empty} testid="access-none" title="Nobody can do that, as far as the lists tell">Choose another filter to see the others.<//>`;
  return html`<${Empty} testid="access-none" title="Nobody can do anything, as far as the lists tell">An organization always has an owner: check that the admin key belongs to this one.<//>`;
}
