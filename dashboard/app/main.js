/** Boot: config -> sign-in -> page. */
import { Api } from './api.js';
import { readConfig } from './config.js';
import { asProblem, Problem } from './problem.js';
import { beginSignIn, finishSignIn, signOut, wasSignedIn } from './sign-in.js';
import { html, render } from './preact.js';
import { App } from '../parts/app.js';
import { SignInPage } from '../parts/sign-in-page.js';

const SESSION_ENDED = new Problem('Your session has ended', 'Nothing was lost. Sign in again to go on.', 401);
const root = document.getElementById('page');

async function boot() {
  render(html`<${SignInPage} />`, root);
  let config = null;
  try {
    config = await readConfig();
    const session = await finishSignIn(config);
    if (session !== null) return showApp(config, session);
    if (wasSignedIn()) return await beginSignIn(config);
    return showSignIn(config, null);
  } catch (error) {
    return showSignIn(config, asProblem(error));
  }
}

function showSignIn(config, problem) {
  const signIn = config === null ? null : () => beginSignIn(config);
  render(html`<${SignInPage} ready problem=${problem} signIn=${signIn} />`, root);
}

function showApp(config, session) {
  const api = new Api(config.api_base, session.id_token, () => showSignIn(config, SESSION_ENDED));
  render(html`<${App} api=${api} claims=${session.claims} signOut=${() => signOut(config)} />`, root);
}

boot();
