/** What the address says of a table, and what the service is asked for it. */

/**
 * @typedef {object} Filter
 * @property {string} name in the address
 * @property {string} label
 * @property {[string, string][]} options value and words; '' first, the default
 * @property {(value: string, reader: Reader) => Record<string, string>} [ask] where the service is asked by other names
 *
 * @typedef {object} Narrowing a filter that a link sets; it is shown, and can be taken away
 * @property {string} name
 * @property {string} label
 *
 * @typedef {{user: string, today: string}} Reader
 */

/**
 * @param {import('./table.js').TableKind} kind
 * @param {Record<string, string>} addressQuery
 * @returns {Record<string, string>} what the address says that this table knows of
 */
export function chosenFilters(kind, addressQuery) {
  const names = [...(kind.filters ?? []), ...(kind.narrowings ?? [])].map(({ name }) => name);
  const known = [...names, ...(kind.search ? ['q'] : []), 'sort'];
  return Object.fromEntries(known.filter((name) => Object.hasOwn(addressQuery, name)).map((name) => [name, addressQuery[name]]));
}

/**
 * @param {import('./table.js').TableKind} kind
 * @param {Record<string, string>} filters
 * @param {Reader} reader
 * @returns {Record<string, string>} for the service
 */
export function asked(kind, filters, reader) {
  const parts = (kind.filters ?? []).filter(({ ask }) => ask !== undefined)
    .map(({ name, ask }) => ({ name, query: ask(filters[name] ?? '', reader) }));
  const own = Object.fromEntries(Object.entries(filters).filter(([name]) => !parts.some((part) => part.name === name)));
  return Object.assign(own, ...parts.map(({ query }) => query));
}
