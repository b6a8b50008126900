/** One table of the picture: search, sort, filters and selection above rows that come page by page. */
import { html, useCallback, useMemo, useState } from '../../app/preact.js';
import { useAddress } from '../../app/address.js';
import { useList } from '../../app/answers.js';
import { newestDay } from '../../app/days.js';
import { useNames } from '../../app/names.js';
import { isWhole, orgName } from '../../app/sections.js';
import { Empty, SectionNotices } from '../widgets/notices.js';
import { ProblemBox, Text } from '../widgets/elements.js';
import { BulkBar } from './bulk-bar.js';
import { asked, chosenFilters } from './query.js';
import { Rows } from './rows.js';
import { useSelection } from './selection.js';
import { Toolbar } from './toolbar.js';

/**
 * @typedef {object} TableKind
 * @property {string} id `users`: the view's name and the stem of every test id
 * @property {string} path of the list
 * @property {string | null} section of the picture it shows; null where it follows from all of them
 * @property {string} title
 * @property {string} about one line under the title
 * @property {Column[]} columns
 * @property {import('./query.js').Filter[]} [filters] of the list; '' is the service's default
 * @property {import('./query.js').Narrowing[]} [narrowings] filters that only links set
 * @property {boolean} [hasNames] whether projects and owners are shown by name
 * @property {string} [search] what can be searched for; without it there is no search
 * @property {(row: any, filters: Record<string, string>, user: string) => boolean} [keeps] what the service cannot be asked
 * @property {(rows: any[], filters: Record<string, string>) => any[]} [group] makes what is listed of what was read
 * @property {(props: {rows: any[], context: Context, clear: () => void}) => any} [bulk] what administrators do with selected rows
 * @property {(query: Record<string, string>) => [string, string]} [empty] title and text of an empty table, by filters
 * @property {string} [whenEmpty] what an empty table means where it is the truth
 * @property {string[]} fields of the file, wire names
 * @property {(row: any) => string} rowId
 *
 * @typedef {object} Column
 * @property {string} label
 * @property {(row: any, context: Context) => any} cell
 * @property {'time' | 'id' | 'short' | 'row-actions'} [kind]
 * @property {string} [sort] the field the service sorts by
 * @property {boolean} [holdsOrganization] whether it names the organization, too, where there are several
 *
 * @typedef {object} Context what a cell may need to do something
 * @property {any} api
 * @property {boolean} isAdmin
 * @property {string} user who is signed in, by opaque id
 * @property {string} orgId
 * @property {unknown} refreshCount
 * @property {import('../../app/names.js').Names} names of projects and owners, where the kind asks for them
 * @property {(matches: (item: any) => boolean, item: any) => void} putItem puts a changed row into the list
 *
 * `fixed` are filters that the view itself sets; what the view shows above its rows are the children.
 *
 * @param {import('../views.js').ViewProps & {kind: TableKind, fixed?: Record<string, string>, children?: any}} props
 */
export function Table({ kind, fixed = {}, children = null, api, summary, organizations, orgId, refreshCount, isAdmin, user }) {
  const address = useAddress();
  const filters = chosenFilters(kind, address.query);
  const query = { ...asked(kind, filters, { user, today: todayOf(summary) }), ...fixed, org_id: orgId };
  const { list, loadMore, loadAll, retry, putItem } = useList(api, kind.path, { ...query, limit: '100' }, refreshCount);
  const names = useNames(kind.hasNames ? api : null, orgId, refreshCount);
  const context = useMemo(() => ({ api, isAdmin, user, orgId, refreshCount, names, putItem }), [api, isAdmin, user, orgId, refreshCount, names, putItem]);
  const rows = useMemo(() => {
    const kept = kind.keeps ? list.items.filter((row) => kind.keeps(row, filters, user)) : list.items;
    return kind.group ? kind.group(kept, filters) : kept;
  }, [kind, list.items, JSON.stringify(filters), user]);
  const selection = useSelection(rows, kind.rowId);
  const chosenOrganizations = (organizations ?? []).filter((organization) => orgId === '' || organization.org_id === orgId);
  const columns = withOrganizationColumn(kind.columns, organizations ?? []);
  const isSelectable = isAdmin && kind.bulk !== undefined;
  return html`<section aria-labelledby=${`${kind.id}-title`} data-testid=${`room-${kind.id}`}>
    <header class="view-head"><div><h2 id=${`${kind.id}-title`}>${kind.title}</h2><p class="muted">${kind.about}</p></div></header>
    <${Toolbar} kind=${kind} filters=${filters} query=${query} set=${address.set} api=${api} user=${user} isEmpty=${rows.length === 0} />
    ${children}
    <${SectionNotices} section=${kind.section} organizations=${chosenOrganizations} />
    ${isSelectable && rows.length > 0 && html`<${BulkBar} kind=${kind} selection=${selection} context=${context} />`}
    ${rows.length > 0 && html`<${Rows} kind=${kind} columns=${columns} rows=${rows} context=${context} sort=${filters.sort ?? ''}
      onSort=${(sort) => address.set({ sort })} isWhole=${list.nextCursor === null} selection=${isSelectable ? selection : null} />`}
    ${list.problem && html`<${ProblemBox} problem=${list.problem} retry=${retry} testid=${`${kind.id}-problem`} />`}
    ${list.state === 'ready' && rows.length === 0 && html`<${NoRows} kind=${kind} query=${{ ...filters, ...fixed }} organizations=${organizations} chosenOrganizations=${chosenOrganizations} mayHaveMore=${list.nextCursor !== null} />`}
    <${Footer} kind=${kind} list=${list} nRows=${rows.length} loadMore=${loadMore} loadAll=${loadAll} />
  </section>`;
}

/** The day up to which pictures have come, or should have; never the reader's clock. */
function todayOf(summary) {
  return newestDay(summary) ?? String(summary?.expected_hour ?? new Date().toISOString()).slice(0, 10);
}

/** The organization's column stands last, but before what can be done with a row; or it is part of another one. */
function withOrganizationColumn(columns, organizations) {
  if (organizations.length < 2) return columns;
  const names = new Map(organizations.map((organization) => [organization.org_id, orgName(organization)]));
  const named = (row) => html`<${Text} value=${names.get(row.org_id) ?? row.org_id} />`;
  if (columns.some((column) => column.holdsOrganization)) {
    return columns.map((column) => (!column.holdsOrganization ? column : {
      ...column, cell: (row, context) => html`${column.cell(row, context)}<span class="under-badge muted"><span class="unseen">organization </span>${named(row)}</span>`,
    }));
  }
  const at = columns.at(-1).kind === 'row-actions' ? columns.length - 1 : columns.length;
  const column = { label: 'Organization', cell: named };
  return [...columns.slice(0, at), column, ...columns.slice(at)];
}

/** Nothing to show has three reasons, and each says what to do. */
function NoRows({ kind, query, organizations, chosenOrganizations, mayHaveMore }) {
  const testid = `${kind.id}-empty`;
  if (organizations === null) return null; // without the summary nobody can say why it is empty
  if (organizations.length === 0) {
    return html`<${Empty} testid=${testid} title="No organization connected yet">
      Connect one under <a href="#organizations">Organizations</a>; its first picture is taken right away.<//>`;
  }
  if (mayHaveMore) {
    return html`<${Empty} testid=${testid} title="None among the newest rows">Load more to look further back.<//>`;
  }
  if (!isWhole(kind.section, chosenOrganizations)) {
    return html`<${Empty} testid=${testid} title="Nothing to show, and that does not mean there is nothing">
      The notice above says why this could not be read.<//>`;
  }
  if (query.q) return html`<${Empty} testid=${testid} title="Nothing like that">No row holds what you search for.<//>`;
  const [title, text] = kind.empty?.(query) ?? [`No ${kind.title.toLowerCase()} in the last picture`, kind.whenEmpty];
  return html`<${Empty} testid=${testid} title=${title}>${text}<//>`;
}

function Footer({ kind, list, nRows, loadMore, loadAll }) {
  const [isLoadingAll, setLoadingAll] = useState(false);
  const loading = list.state === 'loading';
  const all = useCallback(() => {
    setLoadingAll(true);
    loadAll().finally(() => setLoadingAll(false));
  }, [loadAll]);
  return html`<footer class="view-foot">
    <span class="muted" role="status" data-testid=${`${kind.id}-count`}>${countText(list, nRows, loading)}</span>
    ${list.nextCursor !== null && html`<span class="actions">
      <button type="button" data-testid=${`${kind.id}-more`} disabled=${loading} onClick=${loadMore}>Load more</button>
      <button type="button" data-testid=${`${kind.id}-all`} disabled=${loading || isLoadingAll} onClick=${all}>Load all</button></span>`}
  </footer>`;
}

function countText(list, count, loading) {
  if (loading) return count === 0 ? 'Reading…' : `Reading… ${count.toLocaleString('en-US')} so far`;
  if (count === 0) return '';
  const rows = `${count.toLocaleString('en-US')} ${count === 1 ? 'row' : 'rows'}`;
  return list.nextCursor === null && list.state === 'ready' ? `${rows}, all of them` : `${rows} so far`;
}
