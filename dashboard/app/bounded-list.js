/** A hook that reads a list from its beginning, page by page, but no more than a chart is worth. */
import { useCallback, useEffect, useState } from './preact.js';
import { Abandoned, asProblem } from './problem.js';

const ROWS_A_PAGE = 100;
const PAGES_AT_ONCE = 20;
const NOTHING_YET = { state: 'loading', items: [], cursor: '', isWhole: false, sections: [], seal: null, problem: null };

/**
 * @typedef {object} BoundedList
 * @property {'loading' | 'ready' | 'failed'} state
 * @property {any[]} items what was read so far, in the list's order
 * @property {{org_id: string, status: string | null}[]} sections how each organization's newest hour was read, where the list says so
 * @property {{hour: string, sha256: string} | null} seal what all of them follow from, where the list says so
 * @property {boolean} isWhole whether there is nothing behind them
 * @property {import('./problem.js').Problem | null} problem
 * @property {() => void} readOn reads as much again; after a failure, the page that failed
 */

/**
 * @param {import('./api.js').Api} api
 * @param {string | null} path null: nothing is read yet
 * @param {Record<string, string>} query
 * @param {unknown} refreshCount
 * @returns {BoundedList}
 */
export function useBoundedList(api, path, query, refreshCount) {
  const key = JSON.stringify([path, query, refreshCount]);
  const [list, setList] = useState(NOTHING_YET);
  const [asked, setAsked] = useState({ key, times: 1 });
  const times = asked.key === key ? asked.times : 1;
  useEffect(() => {
    if (path === null) return undefined;
    const abort = new AbortController();
    const start = times === 1 ? NOTHING_YET : { ...list, state: 'loading', problem: null };
    setList(start);
    readPages(api, path, query, start, abort.signal, setList);
    return () => abort.abort();
  }, [api, key, times]);
  const readOn = useCallback(() => setAsked({ key, times: times + 1 }), [key, times]);
  return { ...list, readOn };
}

async function readPages(api, path, query, start, signal, report) {
  let { items, cursor, sections, seal } = start;
  try {
    for (let n = 0; n < PAGES_AT_ONCE; n += 1) {
      const page = await api.get(path, { ...query, limit: String(ROWS_A_PAGE), cursor }, signal);
      items = [...items, ...page.items];
      cursor = page.next_cursor ?? '';
      sections = page.sections ?? [];
      seal = page.seal ?? null;
      const isLast = cursor === '' || n === PAGES_AT_ONCE - 1;
      report({ state: isLast ? 'ready' : 'loading', items, cursor, sections, seal, isWhole: cursor === '', problem: null });
      if (isLast) return;
    }
  } catch (error) {
    if (!(error instanceof Abandoned)) report({ state: 'failed', items, cursor, sections, seal, isWhole: false, problem: asProblem(error) });
  }
}
