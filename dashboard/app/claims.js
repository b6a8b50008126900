import { Problem } from './problem.js';

/**
 * @typedef {object} Claims
 * @property {string} name how the person signed in
 * @property {string} user opaque id, as the service notes who did something
 * @property {string} tenant_id from `custom:tenant_id`
 * @property {string[]} groups `admin`, `auditor`
 */

/**
 * Read an ID token that came straight from the token endpoint and check that it answers our request.
 *
 * The signature is the API's to check; this page took the token from the endpoint itself over TLS
 * (OpenID Connect Core 1.0, 3.1.3.7, rule 6) and believes it for nothing but what to show.
 *
 * @param {string} token compact JWT
 * @param {{client_id: string, nonce: string}} expected
 * @returns {Claims}
 * @throws {Problem} not an ID token, for another client, or an answer to another request
 */
export function readClaims(token, expected) {
  const claims = decode(token);
  if (claims.token_use !== 'id') throw refused('it is not an ID token');
  if (claims.aud !== expected.client_id) throw refused('it was issued to another client');
  if (claims.nonce !== expected.nonce) throw refused('it answers another sign-in (nonce)');
  const groups = claims['cognito:groups'];
  return {
    name: String(claims['cognito:username'] ?? claims.sub ?? ''),
    user: String(claims.sub ?? ''),
    tenant_id: String(claims['custom:tenant_id'] ?? ''),
    groups: Array.isArray(groups) ? groups.map(String) : [],
  };
}

function decode(token) {
  try {
    const body = token.split('.')[1].replaceAll('-', '+').replaceAll('_', '/');
    const bytes = Uint8Array.from(atob(body), (char) => char.charCodeAt(0));
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch {
    throw refused('it cannot be read');
  }
}

function refused(reason) {
  return new Problem('The sign-in was refused', `The token that came back is not usable: ${reason}. Sign in again.`);
}
