/** The address: which view is open and what of it is shown, so that Back, reload and a copied address show the same. */
import { useEffect, useState } from './preact.js';

/**
 * @typedef {object} Address
 * @property {string} view `keys`; '' where the address names none
 * @property {Record<string, string>} query filters, sort, search, the opened row; what is not said is not in it
 */

/**
 * @param {string} hash `#keys?q=night&state=all`
 * @returns {Address}
 */
export function parseAddress(hash) {
  const text = hash.replace(/^#/, '');
  const at = text.indexOf('?');
  if (at < 0) return { view: text, query: {} };
  return { view: text.slice(0, at), query: withoutEmpty(Object.fromEntries(new URLSearchParams(text.slice(at + 1)))) };
}

/**
 * @param {string} view
 * @param {Record<string, string | null | undefined>} [query] empty values are left out
 * @returns {string} for a link: `#keys?q=night&state=all`
 */
export function formatAddress(view, query = {}) {
  const text = new URLSearchParams(withoutEmpty(query)).toString();
  return text === '' ? `#${view}` : `#${view}?${text}`;
}

/**
 * Follow the address, and change what it says of the open view.
 *
 * `set` keeps what it is not told of and takes away what it is given as ''. A step the reader would go back from (a
 * filter chosen, a row opened) is an entry of the history; one they would not (each letter of a search) replaces it.
 *
 * @returns {Address & {set: (changes: Record<string, string | null>, options?: {replace?: boolean}) => void}}
 */
export function useAddress() {
  const [hash, setHash] = useState(window.location.hash);
  useEffect(() => {
    const follow = () => setHash(window.location.hash);
    follow(); // it may have changed between the first rendering and this
    window.addEventListener('hashchange', follow);
    return () => window.removeEventListener('hashchange', follow);
  }, []);
  return { ...parseAddress(hash), set: setQuery };
}

/** From the address as it is now, so that two changes in a row are both there. */
function setQuery(changes, { replace = false } = {}) {
  const { view, query } = parseAddress(window.location.hash);
  const hash = formatAddress(view, { ...query, ...changes });
  if (hash === window.location.hash) return;
  window.history[replace ? 'replaceState' : 'pushState'](null, '', hash);
  window.dispatchEvent(new Event('hashchange')); // neither of the two tells anybody
}

function withoutEmpty(query) {
  return Object.fromEntries(Object.entries(query).filter(([, value]) => value !== '' && value !== null && value !== undefined));
}
