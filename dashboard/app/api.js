import { Abandoned, Problem, readProblem } from './problem.js';

/**
 * The client of the API, and the only one. Every request goes to this origin, carries the token in a header, and
 * follows no redirect.
 */
export class Api {
  /**
   * @param {string} base path, no slash at the end
   * @param {string} idToken
   * @param {() => Promise<string | null>} renew gives another token for this session, null where there is none
   */
  constructor(base, idToken, renew) {
    this.base = base;
    this.idToken = idToken;
    this.renew = renew;
    this.renewing = null;
  }

  /**
   * @param {string} path below the base, each part already encoded
   * @param {Record<string, string>} [query] empty values are left out
   * @param {AbortSignal} [signal]
   * @returns {Promise<any>} the answer's JSON
   * @throws {Problem} refused or unreachable
   * @throws {Abandoned} given up through the signal
   */
  get(path, query = {}, signal = undefined) {
    const nonEmpty = Object.entries(query).filter(([, value]) => value !== '');
    const text = new URLSearchParams(nonEmpty).toString();
    return this.#ask('GET', text === '' ? path : `${path}?${text}`, undefined, signal);
  }

  /**
   * @param {'POST' | 'PUT' | 'PATCH' | 'DELETE'} method
   * @param {string} path
   * @param {object} [body] sent as JSON
   * @returns {Promise<any>} the answer's JSON, null when it has none
   * @throws {Problem}
   */
  send(method, path, body = undefined) {
    return this.#ask(method, path, body, undefined);
  }

  async #ask(method, path, body, signal) {
    try {
      let response = await this.#send(method, path, body, signal);
      // A request that was not taken for its token did nothing: it is sent once more with another.
      if (response.status === 401 && (await this.#renewed())) response = await this.#send(method, path, body, signal);
      if (!response.ok) throw await readProblem(response);
      const text = await response.text();
      return text === '' ? null : JSON.parse(text);
    } catch (error) {
      if (signal?.aborted) throw new Abandoned();
      if (error instanceof Problem) throw error;
      throw new Problem('The service could not be reached', 'Check the connection, then try again. Nothing was lost.');
    }
  }

  #send(method, path, body, signal) {
    const headers = { Accept: 'application/json', Authorization: `Bearer ${this.idToken}` };
    if (body !== undefined) headers['Content-Type'] = 'application/json';
    return fetch(this.base + path, {
      method, headers, signal, body: body === undefined ? undefined : JSON.stringify(body),
      credentials: 'omit', redirect: 'error', cache: 'no-store',
    });
  }

  /** Whoever is refused at the same time waits for the same new token. */
  async #renewed() {
    this.renewing ??= this.renew().finally(() => { this.renewing = null; });
    const token = await this.renewing;
    if (token !== null) this.idToken = token;
    return token !== null;
  }
}
