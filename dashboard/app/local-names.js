/**
 * The names of a tenant's own list, beside the ids and hashes that are all the service has. They are in this page's
 * memory alone: nothing here sends one, keeps one, or outlives the session.
 */
import { emailHash, readPeople } from './addresses.js';
import { readAll } from './answers.js';
import { useEffect, useState } from './preact.js';
import { Problem } from './problem.js';

const MAX_BYTES = 8 * 1024 * 1024;
const MAX_PEOPLE = 100_000;
const HASHES_AT_ONCE = 500;
const NO_NAMES = { byHash: new Map(), byId: new Map(), listed: 0, found: 0, unusable: [] };

/**
 * @typedef {object} Names
 * @property {Map<string, string>} byHash names by `email_hash`
 * @property {Map<string, string>} byId names by user id, of accounts that a list of users shows
 * @property {number} listed addresses of the list
 * @property {number} found of them that have an account
 * @property {number[]} unusable lines of the list without an address
 */
let names = NO_NAMES;
let key = null; // non-extractable: the browser hashes with it, and gives it to nobody
let session = 0;
const followers = new Set();

/** @returns {Names} as they are now, and again whenever they change */
export function useLocalNames() {
  const [shown, setShown] = useState(names);
  useEffect(() => {
    followers.add(setShown);
    setShown(names);
    return () => followers.delete(setShown);
  }, []);
  return shown;
}

/**
 * Read a list and find out whose the accounts are.
 *
 * @param {import('./api.js').Api} api
 * @param {File} file CSV or text, UTF-8
 * @param {(step: string) => void} onStep what is being done
 * @throws {Problem} the file cannot be used, or the service refuses
 */
export async function loadNames(api, file, onStep) {
  const begunIn = session;
  const { people, unusable } = readPeople(await textOf(file));
  if (people.length === 0) throw new Problem('The list holds no address', 'It needs one a line, or a CSV file whose first line names a column email.');
  if (people.length > MAX_PEOPLE) throw new Problem('The list is too long', `It may hold ${MAX_PEOPLE.toLocaleString('en-US')} addresses.`);
  onStep('Fetching the hashing key…');
  const hashKey = key ?? await fetchKey(api);
  if (begunIn !== session) return;
  key = hashKey;
  const byHash = new Map();
  for (let at = 0; at < people.length; at += HASHES_AT_ONCE) {
    onStep(`Hashing here: ${at.toLocaleString('en-US')} of ${people.length.toLocaleString('en-US')} addresses`);
    const some = people.slice(at, at + HASHES_AT_ONCE);
    const hashes = await Promise.all(some.map(({ address }) => emailHash(hashKey, address)));
    hashes.forEach((hash, index) => byHash.has(hash) || byHash.set(hash, some[index].name));
  }
  const users = await readAll(api, '/users', { state: 'all' }, (n) => onStep(`Reading the accounts: ${n.toLocaleString('en-US')}`), new AbortController().signal);
  const known = users.filter((user) => byHash.has(user.email_hash));
  const byId = new Map(known.map((user) => [user.user_id, byHash.get(user.email_hash)]));
  const found = new Set(known.map((user) => user.email_hash)).size;
  if (begunIn === session) publish({ byHash, byId, listed: byHash.size, found, unusable });
}

/** Forget every name and the key; what is still being read comes to nothing. */
export function forgetNames() {
  session += 1;
  key = null;
  publish(NO_NAMES);
}

function publish(next) {
  names = next;
  for (const follow of followers) follow(next);
}

async function textOf(file) {
  if (file.size > MAX_BYTES) throw new Problem('The file is too large', `A list may have ${MAX_BYTES / 1024 / 1024} MiB.`);
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(await file.arrayBuffer());
  } catch {
    throw new Problem('The file cannot be read', 'It is not UTF-8 text: save it as CSV UTF-8.');
  }
}

/** Each time it is fetched stands in the custody log; so it is asked for once a session. */
async function fetchKey(api) {
  const { algorithm, key_hex: hex } = await api.send('POST', '/hashing-key');
  if (algorithm !== 'hmac-sha256' || !/^[0-9a-f]{64}$/.test(hex)) throw new Problem('The hashing key cannot be used', 'This page is older than the service: load it again.');
  const bytes = Uint8Array.from(hex.match(/../g), (pair) => Number.parseInt(pair, 16));
  return crypto.subtle.importKey('raw', bytes, { name: 'HMAC', hash: 'SHA-256' }, false, ['sign']);
}
