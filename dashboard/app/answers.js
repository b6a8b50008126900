/** Hooks that read from the API and keep what was read, what is under way and what went wrong apart. */
import { useCallback, useEffect, useRef, useState } from './preact.js';
import { Abandoned, asProblem } from './problem.js';

/**
 * @template T
 * @typedef {object} Answer
 * @property {'loading' | 'ready' | 'failed'} state
 * @property {T | null} body the last good answer, kept while a new one is under way
 * @property {import('./problem.js').Problem | null} problem
 */

/**
 * Read one document, and once more whenever `refreshCount` changes.
 *
 * @param {import('./api.js').Api} api
 * @param {string} path
 * @param {unknown} refreshCount
 * @param {Record<string, string>} [query]
 * @returns {Answer<any>}
 */
export function useAnswer(api, path, refreshCount, query = {}) {
  const [answer, setAnswer] = useState({ state: 'loading', body: null, problem: null });
  useEffect(() => {
    const abort = new AbortController();
    setAnswer((before) => ({ ...before, state: 'loading' }));
    api.get(path, query, abort.signal).then(
      (body) => setAnswer({ state: 'ready', body, problem: null }),
      (error) => reportUnlessAbandoned(error, (problem) => setAnswer((before) => ({ ...before, state: 'failed', problem }))),
    );
    return () => abort.abort();
  }, [api, path, refreshCount, JSON.stringify(query)]);
  return answer;
}

/**
 * @typedef {object} List
 * @property {'loading' | 'ready' | 'failed'} state `failed` keeps the rows read so far
 * @property {any[]} items
 * @property {string | null} nextCursor
 * @property {import('./problem.js').Problem | null} problem
 */

const NOTHING_YET = { state: 'loading', items: [], nextCursor: null, problem: null };

/**
 * Read a list page by page.
 *
 * @param {import('./api.js').Api} api
 * @param {string} path
 * @param {Record<string, string>} query filters; empty ones are left out
 * @param {unknown} refreshCount
 * @returns {{list: List, loadMore: () => void, loadAll: () => Promise<void>, retry: () => void, putItem: (matches: (item: any) => boolean, item: any) => void}}
 */
export function useList(api, path, query, refreshCount) {
  const [list, setList] = useState(NOTHING_YET);
  const [attempt, setAttempt] = useState(0);
  const abort = useRef(new AbortController());

  // Gives the cursor of the page that follows, null where none does or this one could not be read.
  const read = useCallback(async (cursor, { signal } = abort.current) => {
    setList((before) => ({ ...before, state: 'loading', problem: null }));
    try {
      const page = await api.get(path, { ...query, cursor: cursor ?? '' }, signal);
      const nextCursor = page.next_cursor ?? null;
      setList((before) => ({ state: 'ready', items: cursor === null ? page.items : [...before.items, ...page.items], nextCursor, problem: null }));
      return nextCursor === cursor ? null : nextCursor;
    } catch (error) {
      reportUnlessAbandoned(error, (problem) => setList((before) => ({ ...before, state: 'failed', problem })));
      return null;
    }
  }, [api, path, JSON.stringify(query)]);

  useEffect(() => {
    abort.current = new AbortController();
    setList(NOTHING_YET); // another filter's rows must not stand under this filter's name
    read(null);
    return () => abort.current.abort();
  }, [read, refreshCount, attempt]);

  const loadMore = useCallback(() => read(list.nextCursor), [read, list.nextCursor]);
  const loadAll = useCallback(async () => {
    const reading = abort.current; // another filter ends it
    let cursor = list.nextCursor;
    while (cursor !== null && !reading.signal.aborted) cursor = await read(cursor, reading);
  }, [read, list.nextCursor]);
  const retry = useCallback(
    () => (list.items.length > 0 ? read(list.nextCursor) : setAttempt((n) => n + 1)),
    [read, list.items.length, list.nextCursor],
  );
  const putItem = useCallback((matches, item) => setList((before) => ({
    ...before,
    items: before.items.some(matches) ? before.items.map((listed) => (matches(listed) ? item : listed)) : [item, ...before.items],
  })), []);
  return { list, loadMore, loadAll, retry, putItem };
}

/**
 * Read a whole list, every page of it.
 *
 * @param {import('./api.js').Api} api
 * @param {string} path
 * @param {Record<string, string>} query filters; empty ones are left out
 * @param {(count: number) => void} onProgress
 * @param {AbortSignal} signal
 * @returns {Promise<any[]>}
 */
export async function readAll(api, path, query, onProgress, signal) {
  const items = [];
  const seenCursors = new Set();
  let cursor = '';
  do {
    const page = await api.get(path, { ...query, cursor, limit: '100' }, signal);
    items.push(...page.items);
    onProgress(items.length);
    cursor = page.next_cursor ?? '';
    if (seenCursors.has(cursor)) throw new Error('the service sent the same page twice; the file would not be complete');
    seenCursors.add(cursor);
  } while (cursor !== '');
  return items;
}

function reportUnlessAbandoned(error, report) {
  if (!(error instanceof Abandoned)) report(asProblem(error));
}
