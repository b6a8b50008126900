/** What narrows a table, and its file. */
import { html, useEffect, useRef, useState } from '../../app/preact.js';
import { readAll } from '../../app/answers.js';
import { saveFile, toCsv } from '../../app/csv.js';
import { Abandoned, asProblem } from '../../app/problem.js';
import { ProblemBox, Text } from '../widgets/elements.js';

const SEARCH_AFTER_MS = 250;

/** @param {{kind: import('./table.js').TableKind, filters: Record<string, string>, query: Record<string, string>, set: any, api: any, user: string, isEmpty: boolean}} props */
export function Toolbar({ kind, filters, query, set, api, user, isEmpty }) {
  const narrowed = (kind.narrowings ?? []).filter(({ name }) => filters[name]);
  return html`<div class="toolbar">
    ${kind.search && html`<${Search} kind=${kind} q=${filters.q ?? ''} set=${set} />`}
    ${(kind.filters ?? []).map((filter) => html`<${FilterSelect} key=${filter.name} kind=${kind} filter=${filter} value=${filters[filter.name] ?? ''}
      choose=${(value) => set({ [filter.name]: value })} />`)}
    <${Export} api=${api} kind=${kind} filters=${filters} query=${query} user=${user} isEmpty=${isEmpty} />
    ${narrowed.length > 0 && html`<ul class="narrowings" aria-label="Only">${narrowed.map(({ name, label }) => html`<li key=${name}>
      <span>${label} <span class="id"><${Text} value=${filters[name]} /></span></span>
      <button type="button" class="small" data-testid=${`${kind.id}-without-${name}`} onClick=${() => set({ [name]: '' })}>Show all<span class="unseen">, not only this ${label}</span></button></li>`)}</ul>`}
  </div>`;
}

/** Typed letters become one step of the history, and one request, once typing pauses. */
function Search({ kind, q, set }) {
  const [typed, setTyped] = useState(q);
  const timer = useRef(0);
  useEffect(() => setTyped(q), [q]);
  useEffect(() => () => clearTimeout(timer.current), []);
  const type = (event) => {
    const { value } = event.currentTarget;
    setTyped(value);
    clearTimeout(timer.current);
    timer.current = setTimeout(() => set({ q: value.trim() }, { replace: true }), SEARCH_AFTER_MS);
  };
  return html`<label class="search"><span class="unseen">Search ${kind.title}</span>
    <input type="search" value=${typed} maxlength="200" placeholder=${kind.search} autocomplete="off" spellcheck=${false} data-testid=${`${kind.id}-search`} onInput=${type} /></label>`;
}

function FilterSelect({ kind, filter, value, choose }) {
  return html`<label class="inline">${filter.label}
    <select data-testid=${`${kind.id}-filter-${filter.name}`} value=${value} onChange=${(event) => choose(event.target.value)}>
      ${filter.options.map(([code, text]) => html`<option key=${code} value=${code}>${text}</option>`)}
    </select></label>`;
}

/** The whole table as a file, not only the rows on the page. */
function Export({ api, kind, filters, query, user, isEmpty }) {
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
      const kept = kind.keeps ? rows.filter((row) => kind.keeps(row, filters, user)) : rows;
      const names = ['openai-audit', kind.id, ...Object.values({ ...filters, org_id: query.org_id }).filter((value) => value)];
      saveFile(`${names.join('-')}.csv`, toCsv(kind.fields, kept));
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
