import { html, useRef, useState } from '../../app/preact.js';
import { asProblem } from '../../app/problem.js';
import { ProblemBox } from '../widgets/elements.js';

const SCOPES = [['read', 'read everything'], ['packs', 'ask for packs, download and share them'], ['write', 'connect, and say what becomes of findings']];

/** A client for a machine: what it is for, what it may, for how long. */
export function NewClient({ api, onMade }) {
  const form = useRef(null);
  const [problem, setProblem] = useState(null);
  const [sending, setSending] = useState(false);
  const [hasScope, setHasScope] = useState(true);
  const chosenScopes = () => SCOPES.map(([scope]) => scope).filter((scope) => form.current.elements[scope].checked);
  const submit = async (event) => {
    event.preventDefault();
    const { label, days } = form.current.elements;
    const body = { scopes: chosenScopes(), days: Number(days.value) };
    if (label.value.trim() !== '') body.label = label.value.trim();
    setSending(true);
    setProblem(null);
    try {
      onMade(await api.send('POST', '/clients', body));
      label.value = '';
    } catch (error) {
      setProblem(asProblem(error));
    }
    setSending(false);
  };
  return html`<form ref=${form} class="panel" onSubmit=${submit} autocomplete="off" data-testid="client-form" aria-label="Make a client">
    <div class="fields">
      <label>For what <span class="muted">your own words</span><input name="label" maxlength="100" placeholder="SIEM" data-testid="client-label" /></label>
      <label class="days">Days<input name="days" type="number" min="1" max="365" required defaultValue="90" data-testid="client-days" /></label>
      <fieldset class="scopes" onChange=${() => setHasScope(chosenScopes().length > 0)}><legend>It may</legend><div class="set">${SCOPES.map(([scope, text]) => html`<label key=${scope}>
        <input type="checkbox" name=${scope} defaultChecked=${scope === 'read'} data-testid=${`client-scope-${scope}`} /> <span><strong>${scope}</strong> <span class="muted">${text}</span></span></label>`)}</div></fieldset>
      <button type="submit" class="primary" disabled=${sending || !hasScope} data-testid="client-make">${sending ? 'Working…' : 'Make a client'}</button>
    </div>
    ${problem && html`<${ProblemBox} problem=${problem} testid="client-problem" />`}
  </form>`;
}
