/** What the service has files of: followed until they are made, then fetched by a link of some minutes. */
import { isSafeUrl } from './config.js';
import { useEffect, useState } from './preact.js';
import { Problem } from './problem.js';

const POLL_FIRST_MS = 1_500;
const POLL_AT_MOST_MS = 15_000;

/**
 * Go to a file. The URL is made on request, lives minutes and is never kept.
 *
 * @param {import('./api.js').Api} api
 * @param {string} path of what the file is of
 * @returns {Promise<void>}
 */
export async function openDownload(api, path) {
  const { url } = await api.get(`${path}/download`);
  if (typeof url !== 'string' || !isSafeUrl(url)) {
    throw new Problem('The download link is not usable', 'It names neither an https address nor this machine.');
  }
  window.location.assign(url);
}

/**
 * A hook that looks after rows that are not finished, less and less often.
 *
 * @param {import('./api.js').Api} api
 * @param {string} path of the list
 * @param {{number: number, state: string}[]} rows
 * @param {(matches: (item: any) => boolean, item: any) => void} putItem
 */
export function usePolling(api, path, rows, putItem) {
  const [round, setRound] = useState(0);
  const unfinished = rows.filter((row) => row.state === 'queued' || row.state === 'building').map((row) => row.number);
  const waiting = unfinished.join();
  useEffect(() => setRound(0), [waiting]);
  useEffect(() => {
    if (waiting === '') return undefined;
    const wait = Math.min(POLL_FIRST_MS * 1.3 ** round, POLL_AT_MOST_MS);
    const timer = setTimeout(async () => {
      const answers = await Promise.allSettled(unfinished.map((number) => api.get(`${path}/${number}`)));
      for (const answer of answers) {
        if (answer.status === 'rejected') continue; // looked at again in the next round
        putItem((other) => other.number === answer.value.number, answer.value);
      }
      setRound((n) => n + 1);
    }, wait);
    return () => clearTimeout(timer);
  }, [waiting, round, api, path, putItem]);
}
