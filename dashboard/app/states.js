/** Sends what is said of findings: of one by its own address, of many as many at once as the service takes. */

const MOST_AT_ONCE = 100;

/**
 * @param {import('./api.js').Api} api
 * @param {{org_id: string, finding_id: string}[]} states with the statement of each
 * @returns {Promise<any[]>} the findings as they stand now
 * @throws {import('./problem.js').Problem} the service refused; of more than it takes at once, those before are said
 */
export async function putStates(api, states) {
  if (states.length === 1) {
    const [{ org_id, finding_id, ...said }] = states;
    return [await api.send('PUT', `/orgs/${encodeURIComponent(org_id)}/findings/${encodeURIComponent(finding_id)}/state`, said)];
  }
  const rows = [];
  for (let start = 0; start < states.length; start += MOST_AT_ONCE) {
    const answer = await api.send('PUT', '/findings/states', { states: states.slice(start, start + MOST_AT_ONCE) });
    rows.push(...answer.items);
  }
  return rows;
}
