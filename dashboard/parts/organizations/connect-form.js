import { html, useRef, useState } from '../../app/preact.js';
import { asProblem } from '../../app/problem.js';
import { placeAtOpenAI } from '../../app/remedies.js';
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
    <${Guide} />
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

/** What to make at OpenAI, what happens with it here, and until when it is good. */
function Guide() {
  const { name, url } = placeAtOpenAI('admin_keys');
  return html`<ol class="guide">
    <li><strong>Make the key at OpenAI.</strong> An owner does so under <a href=${url} target="_blank" rel="noopener noreferrer">${name}</a>: read-only, valid 90 days,
      with the scopes <code>api.management.read</code> (users, projects, keys) and <code>api.audit_logs.read</code> (who did what).</li>
    <li><strong>Enter it here.</strong> OpenAI is asked at once what it can read, and whether it belongs to this organization; where it is refused, nothing is stored.
      Only reading is ever done with it.</li>
    <li><strong>It is kept encrypted</strong>: AES-256-GCM under AWS KMS, bound to your tenant and this organization. Nobody is shown it again, but for its last four.</li>
    <li><strong>Replace it before it ends.</strong> You are told 14 days before. The first picture is taken right away, then one each hour.</li>
  </ol>`;
}
