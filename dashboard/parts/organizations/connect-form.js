import { html, useRef, useState } from '../../app/preact.js';
import { asProblem } from '../../app/problem.js';
import { ProblemBox } from '../widgets/elements.js';

/**
 * Connect an organization. The admin key is read from its field once, sent, and wiped from the field
 * whatever the answer; it never becomes part of the page's state.
 */
export function ConnectForm({ api, onConnected, onCancel }) {
  const form = useRef(null);
  const [problem, setProblem] = useState(null);
  const [sending, setSending] = useState(false);
  const submit = async (event) => {
    event.preventDefault();
    const { org_id, display_name, admin_key } = form.current.elements;
    const body = { org_id: org_id.value.trim(), admin_key: admin_key.value.trim() };
    if (display_name.value.trim() !== '') body.display_name = display_name.value.trim();
    admin_key.value = '';
    setSending(true);
    setProblem(null);
    try {
      await api.send('POST', '/orgs', body);
      setSending(false);
      onConnected();
    } catch (error) {
      setProblem(asProblem(error));
      setSending(false);
    }
  };
  return html`<form class="panel" ref=${form} onSubmit=${submit} autocomplete="off" data-testid="connect-form" aria-labelledby="connect-title">
    <h3 id="connect-title">Connect an organization</h3>
    <p class="muted">At OpenAI an owner mints the key: Settings → Organization → Admin keys, <strong>read-only</strong>, valid 90 days.
      It is encrypted under a key of its own and never shown again.</p>
    <div class="fields">
      <label>Organization id
        <input name="org_id" required placeholder="org-…" pattern="\\s*org-.+" title="starts with org-; see Settings → Organization → General at OpenAI" autocomplete="off" spellcheck=${false} data-testid="connect-org-id" /></label>
      <label>Display name <span class="muted">optional</span>
        <input name="display_name" maxlength="100" autocomplete="off" data-testid="connect-display-name" /></label>
      <label>Admin key
        <input name="admin_key" type="password" required placeholder="sk-admin-…" autocomplete="off" spellcheck=${false} data-testid="connect-admin-key" /></label>
    </div>
    ${problem && html`<${ProblemBox} problem=${problem} testid="connect-problem" />`}
    <div class="actions">
      <button type="submit" class="primary" disabled=${sending} data-testid="connect-submit">${sending ? 'Asking OpenAI…' : 'Connect'}</button>
      ${onCancel && html`<button type="button" onClick=${onCancel}>Cancel</button>`}
    </div>
  </form>`;
}
