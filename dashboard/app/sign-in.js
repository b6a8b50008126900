/**
 * Sign in at the hosted pages: authorization code with PKCE (RFC 7636, S256), state and nonce.
 *
 * The token lives in memory and dies with the page. What sessionStorage holds is worth nothing
 * alone: the request's verifier, state and nonce until the answer is back, and a mark that this
 * tab was signed in, so that a reload goes straight to the sign-in pages.
 */
import { readClaims } from './claims.js';
import { Problem } from './problem.js';

const PENDING = 'sign-in-pending';
const WAS_SIGNED_IN = 'was-signed-in';

/**
 * @typedef {object} Session
 * @property {string} id_token
 * @property {import('./claims.js').Claims} claims
 */

/** @returns {boolean} whether this tab held a session before it was loaded again */
export function wasSignedIn() {
  return sessionStorage.getItem(WAS_SIGNED_IN) === '1';
}

/**
 * Leave for the hosted sign-in page.
 *
 * @param {import('./config.js').Config} config
 */
export async function beginSignIn(config) {
  sessionStorage.removeItem(WAS_SIGNED_IN); // set again on success: a failing sign-in never loops
  const pending = { verifier: secret(), state: secret(), nonce: secret(), view: window.location.hash };
  sessionStorage.setItem(PENDING, JSON.stringify(pending));
  const query = new URLSearchParams({
    response_type: 'code',
    client_id: config.client_id,
    redirect_uri: redirectUri(config),
    scope: 'openid',
    state: pending.state,
    nonce: pending.nonce,
    code_challenge: await challenge(pending.verifier),
    code_challenge_method: 'S256',
  });
  window.location.assign(`${config.sign_in_url}/oauth2/authorize?${query}`);
}

/**
 * Finish a sign-in when the address says that one came back.
 *
 * @param {import('./config.js').Config} config
 * @returns {Promise<Session | null>} null when this is an ordinary visit
 * @throws {Problem} refused, or not an answer to what this tab asked
 */
export async function finishSignIn(config) {
  const answer = new URLSearchParams(window.location.search);
  if (!answer.has('code') && !answer.has('error')) return null;
  const pending = JSON.parse(sessionStorage.getItem(PENDING) ?? 'null');
  sessionStorage.removeItem(PENDING);
  // The code leaves the address and the history before anything else can go wrong.
  window.history.replaceState(null, '', config.redirect_path + (pending?.view ?? ''));
  if (pending === null || answer.get('state') !== pending.state) {
    throw new Problem('The sign-in was refused', 'It was not started in this tab. Start it again here.');
  }
  if (answer.has('error')) {
    throw new Problem('The sign-in failed', answer.get('error_description') ?? answer.get('error') ?? '');
  }
  const id_token = await redeem(config, answer.get('code') ?? '', pending.verifier);
  const claims = readClaims(id_token, { client_id: config.client_id, nonce: pending.nonce });
  sessionStorage.setItem(WAS_SIGNED_IN, '1');
  return { id_token, claims };
}

/**
 * End the session here and at the hosted pages.
 *
 * @param {import('./config.js').Config} config
 */
export function signOut(config) {
  sessionStorage.clear();
  const query = new URLSearchParams({ client_id: config.client_id, logout_uri: redirectUri(config) });
  window.location.assign(`${config.sign_in_url}/logout?${query}`);
}

async function redeem(config, code, verifier) {
  const body = new URLSearchParams({
    grant_type: 'authorization_code',
    client_id: config.client_id,
    code,
    redirect_uri: redirectUri(config),
    code_verifier: verifier,
  });
  const url = `${config.sign_in_url}/oauth2/token`;
  let answer;
  try {
    const response = await fetch(url, { method: 'POST', body, credentials: 'omit', redirect: 'error' });
    answer = await response.json();
  } catch {
    throw new Problem('The sign-in service could not be reached', 'Check the connection and sign in again.');
  }
  if (typeof answer.id_token === 'string') return answer.id_token;
  throw new Problem('The sign-in failed', `The sign-in service answered: ${answer.error ?? 'no token'}. Sign in again.`);
}

function redirectUri(config) {
  return window.location.origin + config.redirect_path;
}

/** @returns {string} 256 random bits, base64url: 43 characters, the least RFC 7636 allows */
function secret() {
  return base64url(crypto.getRandomValues(new Uint8Array(32)));
}

async function challenge(verifier) {
  return base64url(new Uint8Array(await crypto.subtle.digest('SHA-256', new TextEncoder().encode(verifier))));
}

function base64url(bytes) {
  return btoa(String.fromCharCode(...bytes)).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '');
}
