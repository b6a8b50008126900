/** Boot: config -> sign-in -> page. */
import { Api } from './api.js';
import { readConfig } from './config.js';
import { asProblem, Problem } from './problem.js';
import { forgetNames } from './local-names.js';
import { beginSignIn, finishSignIn, isForAnother, renew, signInElsewhere, signOut, signedInForAnother, wasSignedIn } from './sign-in.js';
import { html, render } from './preact.js';
import { App } from '../parts/app.js';
import { SignInPage } from '../parts/sign-in-page.js';

const SESSION_ENDED = new Problem('Your session has ended', 'What you typed is still here. Sign in again in another tab to go on.', 401);
const SIGNED_IN_ELSEWHERE = new Problem('You are signed in', 'Go back to the tab you came from; this one can be closed.');
const root = document.getElementById('page');

async function boot() {
  render(html`<${SignInPage} />`, root);
  let config = null;
  try {
    config = await readConfig();
    const session = await finishSignIn(config);
    if (session !== null) return signedInForAnother(session) ? endTab() : new SignedIn(config, session).show();
    if (wasSignedIn() || isForAnother()) return await beginSignIn(config, { leaveNoTrace: true });
    return showSignIn(config, null);
  } catch (error) {
    return showSignIn(config, asProblem(error));
  }
}

function showSignIn(config, problem) {
  const signIn = config === null ? null : () => beginSignIn(config);
  render(html`<${SignInPage} ready problem=${problem} signIn=${signIn} />`, root);
}

function endTab() {
  window.close();
  render(html`<${SignInPage} ready problem=${SIGNED_IN_ELSEWHERE} />`, root);
}

/** The page of a session, and what becomes of it when its token is no longer taken. */
class SignedIn {
  /**
   * @param {import('./config.js').Config} config
   * @param {import('./sign-in.js').Session} session
   */
  constructor(config, session) {
    this.config = config;
    this.session = session;
    this.api = new Api(config.api_base, session.id_token, () => this.#renewed());
  }

  show() {
    this.#render(false);
  }

  /** The page stays where it is, out of sight: a half-written form is not thrown away. */
  #render(hasEnded) {
    render(html`
      <div hidden=${hasEnded}><${App} api=${this.api} claims=${this.session.claims} signOut=${() => this.#end()} /></div>
      ${hasEnded && html`<${SignInPage} ready problem=${SESSION_ENDED} signIn=${() => signInElsewhere((session) => this.#take(session))} />`}`, root);
  }

  #end() {
    forgetNames();
    signOut(this.config);
  }

  async #renewed() {
    const token = await renew(this.config, this.session);
    if (token === null) this.#render(true);
    return token;
  }

  /** The same person goes on with the same page; anybody else gets one of their own. */
  #take(session) {
    if (session.claims.user !== this.session.claims.user || session.claims.tenant_id !== this.session.claims.tenant_id) {
      render(null, root);
      new SignedIn(this.config, session).show();
      return;
    }
    this.session = session;
    this.api.idToken = session.id_token;
    this.#render(false);
  }
}

boot();
