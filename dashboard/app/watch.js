/** A page that stays open over a weekend: the summary is read again, what is being read or typed stays. */
import { useEffect, useState } from './preact.js';
import { Abandoned, asProblem } from './problem.js';

const AGAIN_AFTER_MS = 600_000;
const LOOK_EVERY_MS = 60_000;

/**
 * @typedef {object} Watched
 * @property {any} body the summary to show: of the same hours as the tables, as late as they are by now
 * @property {any[]} organizations as they are by now
 * @property {boolean} isOlder whether a newer hour is closed than the page shows
 * @property {import('./problem.js').Problem | null} problem why nobody knows by now
 *
 * @param {import('./api.js').Api} api
 * @param {any} body the summary that was read with the tables; null before it was
 * @returns {Watched}
 */
export function useWatch(api, body) {
  const [seen, setSeen] = useState({ of: null, body: null, problem: null });
  useEffect(() => {
    if (body === null) return undefined;
    const abort = new AbortController();
    let lookedAt = Date.now();
    const look = () => {
      if (document.visibilityState !== 'visible' || Date.now() - lookedAt < AGAIN_AFTER_MS) return;
      lookedAt = Date.now();
      api.get('/summary', {}, abort.signal).then(
        (newest) => setSeen({ of: body, body: newest, problem: null }),
        (error) => { if (!(error instanceof Abandoned)) setSeen((before) => ({ of: body, body: before.of === body ? before.body : null, problem: asProblem(error) })); },
      );
    };
    const timer = setInterval(look, LOOK_EVERY_MS);
    document.addEventListener('visibilitychange', look);
    return () => {
      abort.abort();
      clearInterval(timer);
      document.removeEventListener('visibilitychange', look);
    };
  }, [api, body]);
  const newest = seen.of === body ? seen.body ?? body : body;
  const isOlder = newest?.last_closed_hour !== body?.last_closed_hour;
  return { body: isOlder ? body : newest, organizations: newest?.organizations ?? [], isOlder, problem: seen.of === body ? seen.problem : null };
}
