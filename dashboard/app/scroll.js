/** How far down the page is: another view begins at its top, and Back leads to where one was. */
import { useEffect, useRef } from './preact.js';

const WAIT_AT_MOST_MS = 3_000;
const BY_HAND = ['wheel', 'touchmove', 'keydown', 'pointerdown'];
const places = new Map(); // by entry of the history: pixels
let entries = 0;

/**
 * @param {string} view what is open
 * @param {string} hash the whole address
 */
export function useScroll(view, hash) {
  const at = useRef({ entry: null, view });
  useEffect(() => {
    window.history.scrollRestoration = 'manual'; // the browser would not wait for what is read
    const remember = () => { // the page may have shrunk under an entry that was just left
      if (entryOf(window.history) === at.current.entry) places.set(at.current.entry, window.scrollY);
    };
    window.addEventListener('scroll', remember, { passive: true });
    return () => window.removeEventListener('scroll', remember);
  }, []);
  useEffect(() => {
    const before = at.current;
    const known = entryOf(window.history);
    at.current = { entry: known ?? newEntry(), view };
    if (known === undefined) {
      if (before.view !== view) window.scrollTo(0, 0);
      places.set(at.current.entry, window.scrollY);
      return undefined;
    }
    return known === before.entry ? undefined : goBackTo(places.get(known) ?? 0);
  }, [view, hash]);
}

function entryOf(history) {
  return history.state?.entry;
}

function newEntry() {
  entries += 1;
  const entry = `${Date.now()}-${entries}`; // entries outlive a reload
  window.history.replaceState({ entry }, '');
  return entry;
}

/** Rows come when they were read: followed until the page is long enough, or somebody scrolls. */
function goBackTo(px) {
  const go = () => {
    window.scrollTo(0, px);
    if (window.scrollY >= px - 1) stop();
  };
  const observer = new ResizeObserver(go);
  const timer = setTimeout(() => stop(), WAIT_AT_MOST_MS);
  const stop = () => {
    observer.disconnect();
    clearTimeout(timer);
    BY_HAND.forEach((name) => window.removeEventListener(name, stop));
  };
  BY_HAND.forEach((name) => window.addEventListener(name, stop, { passive: true }));
  observer.observe(document.body);
  go();
  return stop;
}
