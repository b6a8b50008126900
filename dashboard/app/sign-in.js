/**
 * Sign in at the hosted pages: authorization code with PKCE (RFC 7636, S256), state and nonce.
 *
 * The tokens live in memory and die with the page. What sessionStorage holds is worth nothing
 * alone: the request's verifier, state and nonce until the answer is back, and a mark that this
 * tab was signed in, so that a reload goes straight to the sign-in pages.
 *
 * Where a session cannot be renewed, another tab signs in for this one, so that nothing that was
 * typed here is lost: it is opened with a secret in its address, and answers to whoever knows that.
 */
import { readClaims } from './claims.js';
import { Problem } from './problem.js';

const PENDING = 'sign-in-pending';
const WAS_SIGNED_IN = 'was-signed-in';
const AGAIN = '#sign-in-again-';
const CHANNEL = 'openai-audit-sign-in';

/**
 * @typedef {object} Session
 * @property {string} id_token
 * @property {string | null} refresh_token gives other ID tokens while the session lasts
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
 * @param {{leaveNoTrace?: boolean}} [options] where nobody asked for it (a reload), Back must not lead into it again
 */
export async function beginSignIn(config, { leaveNoTrace = false } = {}) {
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
  window.location[leaveNoTrace ? 'replace' : 'assign'](`${config.sign_in_url}/oauth2/authorize?${query}`);
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
  const tokens = await redeem(config, answer.get('code') ?? '', pending.verifier);
  const claims = readClaims(tokens.id_token, { client_id: config.client_id, nonce: pending.nonce });
  sessionStorage.setItem(WAS_SIGNED_IN, '1');
  return { ...tokens, claims };
}

/**
 * Get another ID token for a session.
 *
 * @param {import('./config.js').Config} config
 * @param {Session} session
 * @returns {Promise<string | null>} null where the session has ended
 */
export async function renew(config, session) {
  if (session.refresh_token === null) return null;
  const form = { grant_type: 'refresh_token', client_id: config.client_id, refresh_token: session.refresh_token };
  try {
    const answer = await askForTokens(config, form);
    return typeof answer.id_token === 'string' ? answer.id_token : null;
  } catch {
    return null;
  }
}

/**
 * Have another tab sign in for this one.
 *
 * @param {(session: Session) => void} onSession
 */
export function signInElsewhere(onSession) {
  const id = secret();
  const channel = new BroadcastChannel(CHANNEL);
  channel.onmessage = ({ data }) => {
    if (data?.id !== id) return;
    channel.close();
    onSession(data.session);
  };
  window.open(`${window.location.origin}/${AGAIN}${id}`, '_blank');
}

/**
 * Tell the tab that asked for it, where one did.
 *
 * @param {Session} session
 * @returns {boolean} whether this tab has done what it was opened for
 */
export function signedInForAnother(session) {
  const { hash } = window.location;
  if (!hash.startsWith(AGAIN)) return false;
  new BroadcastChannel(CHANNEL).postMessage({ id: hash.slice(AGAIN.length), session });
  sessionStorage.clear();
  return true;
}

/** @returns {boolean} whether this tab was opened to sign in for another */
export function isForAnother() {
  return window.location.hash.startsWith(AGAIN);
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
  const form = {
    grant_type: 'authorization_code',
    client_id: config.client_id,
    code,
    redirect_uri: redirectUri(config),
    code_verifier: verifier,
  };
  let answer;
  try {
    answer = await askForTokens(config, form);
  } catch {
    throw new Problem('The sign-in service could not be reached', 'Check the connection and sign in again.');
  }
  if (typeof answer.id_token === 'string') {
    return { id_token: answer.id_token, refresh_token: typeof answer.refresh_token === 'string' ? answer.refresh_token : null };
  }
  throw new Problem('The sign-in failed', `The sign-in service answered: ${answer.error ?? 'no token'}. Sign in again.`);
}

async function askForTokens(config, form) {
  const body = new URLSearchParams(form);
  const response = await fetch(`${config.sign_in_url}/oauth2/token`, { method: 'POST', body, credentials: 'omit', redirect: 'error' });
  return response.json();
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
