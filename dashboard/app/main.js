/** Boot: config -> sign-in -> page. */
import { Api } from './api.js';
import { readConfig } from './config.js';
import { asProblem, Problem } from './problem.js';
import { beginSignIn, finishSignIn, signOut, wasSignedIn } from './sign-in.js';
import { html, render } from './preact.js';
import { App } from '../parts/app.js';
import { Gate } from '../parts/sign-in-page.js';

const ENDED = new Problem('Your session has ended', 'Nothing was lost. Sign in again to go on.', 401);
const place = document.getElementById('page');

async function boot() {
  render(html`<${Gate} />`, place);
  let config = null;
  try {
    config = await readConfig();
    const session = await finishSignIn(config);
    if (session !== null) return showApp(config, session);
    if (wasSignedIn()) return await beginSignIn(config);
    return showGate(config, null);
  } catch (thrown) {
    return showGate(config, asProblem(thrown));
  }
}

function showGate(config, problem) {
  const signIn = config === null ? null : () => beginSignIn(config);
  render(html`<${Gate} ready problem=${problem} signIn=${signIn} />`, place);
}

function showApp(config, session) {
  const api = new Api(config.api_base, session.id_token, () => showGate(config, ENDED));
  render(html`<${App} api=${api} claims=${session.claims} signOut=${() => signOut(config)} />`, place);
}

boot();
