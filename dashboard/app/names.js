/** What projects and owners are called: rows of memberships, service accounts and admin keys have their ids alone. */
import { useEffect, useState } from './preact.js';

const PAGES_AT_MOST = 20;

/**
 * @typedef {{projects: Map<string, string>, owners: Map<string, string>}} Names by `org_id id`; who is not in it was not read
 */

/** @type {Names} */
export const NO_NAMES = { projects: new Map(), owners: new Map() };
const cache = new WeakMap();

/**
 * @param {import('./api.js').Api | null} api null where nobody needs to know
 * @param {string} orgId
 * @param {unknown} refreshCount
 * @returns {Names} empty until they are read, and where they cannot be: then ids stand for them
 */
export function useNames(api, orgId, refreshCount) {
  const [names, setNames] = useState(NO_NAMES);
  useEffect(() => {
    if (api === null) return undefined;
    let isShown = true;
    cachedNames(api, orgId, refreshCount).then((read) => isShown && setNames(read));
    return () => { isShown = false; };
  }, [api, orgId, refreshCount]);
  return names;
}

/** Read once for all views, until the reader asks for everything anew. */
function cachedNames(api, orgId, refreshCount) {
  const key = JSON.stringify([orgId, refreshCount]);
  if (cache.get(api)?.key !== key) cache.set(api, { key, names: readNames(api, orgId) });
  return cache.get(api).names;
}

async function readNames(api, orgId) {
  const [projects, users] = await Promise.all([readSome(api, '/projects', orgId), readSome(api, '/users', orgId)]);
  return {
    projects: new Map(projects.filter((row) => row.name).map((row) => [`${row.org_id} ${row.project_id}`, row.name])),
    owners: new Map(users.filter((row) => row.email_prefix).map((row) => [`${row.org_id} ${row.user_id}`, row.email_prefix])),
  };
}

async function readSome(api, path, orgId) {
  const rows = [];
  let cursor = '';
  try {
    for (let n = 0; n < PAGES_AT_MOST; n += 1) {
      const page = await api.get(path, { org_id: orgId, state: 'all', limit: '100', cursor });
      rows.push(...page.items);
      cursor = page.next_cursor ?? '';
      if (cursor === '') break;
    }
  } catch {
    // Their ids stand for them: the list that is shown is whole without names.
  }
  return rows;
}
