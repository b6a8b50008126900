/** One table of the picture: rows page by page, its notices, its file. */
import { html, useEffect, useMemo, useRef, useState } from '../../app/preact.js';
import { useAddress } from '../../app/address.js';
import { readAll, useList } from '../../app/answers.js';
import { saveFile, toCsv } from '../../app/csv.js';
import { Abandoned, asProblem } from '../../app/problem.js';
import { isWhole, orgName } from '../../app/sections.js';
import { Empty, SectionNotices } from '../widgets/notices.js';
import { ProblemBox, Text } from '../widgets/elements.js';

/**
 * @typedef {object} TableKind
 * @property {string} id `users`: the view's name and the stem of every test id
 * @property {string} path of the list
 * @property {string | null} section of the picture it shows; null where it follows from all of them
 * @property {string} title
 * @property {string} about one line under the title
 * @property {{label: string, cell: (row: any, context: Context) => any, kind?: 'time' | 'id' | 'short' | 'row-actions'}[]} columns
 * @property {{name: string, label: string, options: [string, string][]}[]} [filters] of the list; '' is the service's default
 * @property {(query: Record<string, string>) => [string, string]} [empty] title and text of an empty table, by filters
 * @property {string} [whenEmpty] what an empty table means where it is the truth
 * @property {string[]} fields of the file, wire names
 * @property {(row: any) => string} rowId
 *
 * @typedef {object} Context what a cell may need to do something
 * @property {any} api
 * @property {boolean} isAdmin
 * @property {string} user who is signed in, by opaque id
 * @property {(matches: (item: any) => boolean, item: any) => void} putItem puts a changed row into the list
 *
 * @param {{kind: TableKind, isAdmin: boolean, user: string, api: any, organizations: import('../../app/sections.js').Organization[] | null, orgId: string, refreshCount: unknown}} props
 */
export function Table({ kind, api, organizations, orgId, refreshCount, isAdmin, user }) {
  const address = useAddress();
  const filters = filtersOf(kind, address.query);
  const query = { ...filters, org_id: orgId };
  const { list, loadMore, retry, putItem } = useList(api, kind.path, query, refreshCount);
  const context = useMemo(() => ({ api, isAdmin, user, putItem }), [api, isAdmin, user, putItem]);
  const chosenOrganizations = (organizations ?? []).filter((organization) => orgId === '' || organization.org_id === orgId);
  const columns = withOrganizationColumn(kind.columns, organizations ?? []);
  return html`<section aria-labelledby=${`${kind.id}-title`} data-testid=${`room-${kind.id}`}>
    <header class="view-head">
      <div><h2 id=${`${kind.id}-title`}>${kind.title}</h2><p class="muted">${kind.about}</p></div>
      <div class="tools">
        ${(kind.filters ?? []).map((filter) => html`<${Filter} key=${filter.name} kind=${kind} filter=${filter} value=${filters[filter.name] ?? ''}
          choose=${(value) => address.set({ [filter.name]: value })} />`)}
        <${Export} api=${api} kind=${kind} query=${query} isEmpty=${list.items.length === 0} />
      </div>
    </header>
    <${SectionNotices} section=${kind.section} organizations=${chosenOrganizations} />
    ${list.items.length > 0 && html`<${Rows} kind=${kind} columns=${columns} items=${list.items} context=${context} />`}
    ${list.problem && html`<${ProblemBox} problem=${list.problem} retry=${retry} testid=${`${kind.id}-problem`} />`}
    ${list.state === 'ready' && list.items.length === 0 && html`<${NoRows} kind=${kind} query=${query} organizations=${organizations} chosenOrganizations=${chosenOrganizations} mayHaveMore=${list.nextCursor !== null} />`}
    <${Footer} kind=${kind} list=${list} loadMore=${loadMore} />
  </section>`;
}

/** What the address says of this list's filters. */
function filtersOf(kind, addressQuery) {
  const names = (kind.filters ?? []).map((filter) => filter.name);
  return Object.fromEntries(names.filter((name) => name in addressQuery).map((name) => [name, addressQuery[name]]));
}

function Filter({ kind, filter, value, choose }) {
  return html`<label class="inline">${filter.label}
    <select data-testid=${`${kind.id}-filter-${filter.name}`} value=${value} onChange=${(event) => choose(event.target.value)}>
      ${filter.options.map(([code, text]) => html`<option key=${code} value=${code}>${text}</option>`)}
    </select></label>`;
}

/** The organization's column stands last, but before what can be done with a row. */
function withOrganizationColumn(columns, organizations) {
  if (organizations.length < 2) return columns;
  const names = new Map(organizations.map((organization) => [organization.org_id, orgName(organization)]));
  const at = columns.at(-1).kind === 'row-actions' ? columns.length - 1 : columns.length;
  const column = { label: 'Organization', cell: (row) => html`<${Text} value=${names.get(row.org_id) ?? row.org_id} />` };
  return [...columns.slice(0, at), column, ...columns.slice(at)];
}

function Rows({ kind, columns, items, context }) {
  return html`<div class="table-frame" tabindex="0" role="region" aria-labelledby=${`${kind.id}-title`}>
    <table data-testid=${`table-${kind.id}`}>
      <caption class="unseen">${kind.title}</caption>
      <thead><tr>${columns.map((column) => html`<th key=${column.label} scope="col">${column.label || html`<span class="unseen">Actions</span>`}</th>`)}</tr></thead>
      <tbody>${items.map((row) => html`<tr key=${kind.rowId(row)} data-testid="row">${columns.map((column) =>
        html`<td key=${column.label} data-label=${column.label} class=${column.kind}>${column.cell(row, context)}</td>`)}</tr>`)}
      </tbody>
    </table>
  </div>`;
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
  const [title, text] = kind.empty?.(query) ?? [`No ${kind.title.toLowerCase()} in the last picture`, kind.whenEmpty];
  return html`<${Empty} testid=${testid} title=${title}>${text}<//>`;
}

function Footer({ kind, list, loadMore }) {
  const loading = list.state === 'loading';
  return html`<footer class="view-foot">
    <span class="muted" role="status" data-testid=${`${kind.id}-count`}>${countText(list, loading)}</span>
    ${list.nextCursor !== null && html`<button type="button" data-testid=${`${kind.id}-more`} disabled=${loading} onClick=${loadMore}>Load more</button>`}
  </footer>`;
}

function countText(list, loading) {
  if (loading) return 'Reading…';
  const count = list.items.length;
  if (count === 0) return '';
  const rows = `${count.toLocaleString('en-US')} ${count === 1 ? 'row' : 'rows'}`;
  return list.nextCursor === null && list.state === 'ready' ? `${rows}, all of them` : `${rows} so far`;
}

/** The whole table as a file, not only the rows on the page. */
function Export({ api, kind, query, isEmpty }) {
  const [count, setCount] = useState(null);
  const [problem, setProblem] = useState(null);
  const abort = useRef(null);
  useEffect(() => () => abort.current?.abort(), []);
  const start = async () => {
    abort.current = new AbortController();
    setProblem(null);
    setCount(0);
    try {
      const rows = await readAll(api, kind.path, query, setCount, abort.current.signal);
      const names = ['openai-audit', kind.id, ...Object.values(query).filter((value) => value !== '')];
      saveFile(`${names.join('-')}.csv`, toCsv(kind.fields, rows));
    } catch (error) {
      if (!(error instanceof Abandoned)) setProblem(asProblem(error));
    }
    setCount(null);
  };
  return html`<div class="export">
    ${count === null
      ? html`<button type="button" data-testid=${`${kind.id}-csv`} disabled=${isEmpty} onClick=${start}>Export CSV</button>`
      : html`<button type="button" onClick=${() => abort.current.abort()}>Stop export (${count} rows)</button>`}
    ${problem && html`<${ProblemBox} problem=${problem} testid=${`${kind.id}-csv-problem`} />`}
  </div>`;
}
