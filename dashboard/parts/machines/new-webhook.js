import { html, useRef, useState } from '../../app/preact.js';
import { asProblem } from '../../app/problem.js';
import { ProblemBox } from '../widgets/elements.js';

/** A webhook: an address of the internet, over TLS, that what happens is posted to. */
export function NewWebhook({ api, onMade }) {
  const form = useRef(null);
  const [problem, setProblem] = useState(null);
  const [sending, setSending] = useState(false);
  const submit = async (event) => {
    event.preventDefault();
    const { url, label } = form.current.elements;
    const body = { url: url.value.trim() };
    if (label.value.trim() !== '') body.label = label.value.trim();
    setSending(true);
    setProblem(null);
    try {
      onMade(await api.send('POST', '/webhooks', body));
      form.current.reset();
    } catch (error) {
      setProblem(asProblem(error));
    }
    setSending(false);
  };
  return html`<form ref=${form} class="panel" onSubmit=${submit} autocomplete="off" data-testid="webhook-form" aria-label="Add a webhook">
    <div class="fields">
      <label class="wide">Address<input name="url" type="url" required maxlength="500" pattern="https?://.+" placeholder="https://siem.example/alerts" spellcheck=${false} data-testid="webhook-url" /></label>
      <label>For what <span class="muted">optional; your own words</span><input name="label" maxlength="100" data-testid="webhook-label" /></label>
      <button type="submit" class="primary" disabled=${sending} data-testid="webhook-make">${sending ? 'Working…' : 'Add'}</button>
    </div>
    ${problem && html`<${ProblemBox} problem=${problem} testid="webhook-problem" />`}
  </form>`;
}
