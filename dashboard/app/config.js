import { Problem } from './problem.js';

/**
 * @typedef {object} Config
 * @property {string} api_base path of the API on this origin, `/api/v1/openai`
 * @property {string} sign_in_url base of the hosted sign-in pages, no slash at the end
 * @property {string} client_id the pool's public client
 * @property {string} redirect_path where the sign-in comes back to, `/`
 */

const LOOPBACK = ['127.0.0.1', 'localhost', '[::1]'];

/**
 * Say whether a URL may be opened by this page: TLS, or plain HTTP on this very machine.
 *
 * @param {string} text an absolute URL, or a path on this origin
 * @returns {boolean}
 */
export function isSafeUrl(text) {
  if (!URL.canParse(text, window.location.origin)) return false;
  const url = new URL(text, window.location.origin);
  if (url.protocol === 'https:') return true;
  return url.protocol === 'http:' && LOOPBACK.includes(url.hostname);
}

/**
 * Read `/config.json`, which the deployment writes beside the page.
 *
 * @returns {Promise<Config>}
 * @throws {Problem} missing, broken, or naming a place this page must not talk to
 */
export async function readConfig() {
  const config = await fetchConfig();
  for (const name of ['api_base', 'sign_in_url', 'client_id', 'redirect_path']) {
    if (typeof config?.[name] !== 'string' || config[name] === '') throw broken(`"${name}" is missing`);
  }
  if (!isSafeUrl(config.sign_in_url)) throw broken('"sign_in_url" is neither https nor this machine');
  for (const name of ['api_base', 'redirect_path']) {
    const url = new URL(config[name], window.location.origin);
    if (url.origin !== window.location.origin) throw broken(`"${name}" leaves this origin`);
  }
  return {
    api_base: config.api_base.replace(/\/+$/, ''),
    sign_in_url: new URL(config.sign_in_url, window.location.origin).href.replace(/\/+$/, ''),
    client_id: config.client_id,
    redirect_path: config.redirect_path,
  };
}

async function fetchConfig() {
  try {
    const response = await fetch('/config.json', { cache: 'no-store', redirect: 'error' });
    if (!response.ok) throw broken(`it answered ${response.status}`);
    return await response.json();
  } catch (error) {
    throw error instanceof Problem ? error : broken('it could not be read');
  }
}

function broken(reason) {
  return new Problem(
    'This dashboard is not configured',
    `/config.json: ${reason}. The operator's deployment writes this file; deploy again or start the local runner.`,
  );
}
