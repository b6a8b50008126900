import { html } from '../app/preact.js';
import { ProblemBox } from './widgets/elements.js';

/** What a visitor sees who is not signed in. */
export function SignInPage({ ready = false, problem = null, signIn = null }) {
  return html`<main class="sign-in-page" aria-busy=${!ready}>
    <div class="sign-in-card">
      <div class="brand"><img src="/favicon.svg" alt="" width="32" height="32" /><h1>OpenAI Audit</h1></div>
      <p class="lead">Hour-by-hour, signed evidence of what your OpenAI organizations held and who changed it.</p>
      ${problem && html`<${ProblemBox} problem=${problem} />`}
      ${ready && signIn && html`<button type="button" class="primary" data-testid="sign-in" onClick=${signIn}>Sign in</button>`}
      ${!ready && html`<p class="muted" role="status">Opening…</p>`}
      <p class="muted fine">Access is by invitation of your administrator. The session lives in this tab's memory and ends with it.</p>
    </div>
  </main>`;
}
