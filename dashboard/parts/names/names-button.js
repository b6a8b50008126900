/** Show names: an administrator's own list of people, matched here and sent nowhere. */
import { html, useEffect, useRef, useState } from '../../app/preact.js';
import { count } from '../../app/days.js';
import { forgetNames, loadNames, useLocalNames } from '../../app/local-names.js';
import { asProblem } from '../../app/problem.js';
import { ProblemBox } from '../widgets/elements.js';

/** @param {{api: import('../../app/api.js').Api}} props for administrators */
export function NamesButton({ api }) {
  const { listed, found } = useLocalNames();
  const [open, setOpen] = useState(false);
  useEffect(() => forgetNames, []); // with the session
  return html`<button type="button" class="small" data-testid="names-open" onClick=${() => setOpen(true)}>${listed === 0 ? 'Show names' : `Names: ${found}`}</button>
    ${open && html`<${NamesDialog} api=${api} close=${() => setOpen(false)} />`}`;
}

function NamesDialog({ api, close }) {
  const dialog = useRef(null);
  const names = useLocalNames();
  const [step, setStep] = useState('');
  const [problem, setProblem] = useState(null);
  useEffect(() => dialog.current.showModal(), []);
  const choose = async (event) => {
    const input = event.currentTarget;
    const [file] = input.files;
    if (!file) return;
    setProblem(null);
    setStep('Reading the list…');
    await loadNames(api, file, setStep).catch((error) => setProblem(asProblem(error)));
    input.value = ''; // the same file, mended, is another choice
    setStep('');
  };
  return html`<dialog ref=${dialog} onClose=${close} aria-labelledby="names-title" data-testid="names-dialog">
    <form method="dialog">
      <h3 id="names-title">Show names</h3>
      <p>The service knows nobody's name. Choose your own list, and this page shows its names beside the accounts they belong to.
        <strong>The list does not leave this browser</strong>: its addresses are hashed here, and forgotten when you sign out.</p>
      <label>Your list <span class="muted">a CSV file with the columns name and email, or a text with an address a line</span>
        <input type="file" accept=".csv,.txt,text/csv,text/plain" disabled=${step !== ''} data-testid="names-file" onChange=${choose} /></label>
      <p class="muted">Hashing takes your tenant's key. That it was fetched, and by whom, stands in the custody log.</p>
      <div role="status" data-testid="names-status">${step !== '' ? html`<p class="muted">${step}</p>` : names.listed > 0 && html`<${Result} names=${names} />`}</div>
      ${problem && html`<${ProblemBox} problem=${problem} testid="names-problem" />`}
      <div class="actions">
        ${names.listed > 0 && html`<button type="button" class="danger" data-testid="names-forget" onClick=${forgetNames}>Forget the names</button>`}
        <button type="submit" class="primary">Close</button>
      </div>
    </form>
  </dialog>`;
}

function Result({ names }) {
  const lines = names.unusable.slice(0, 10).join(', ') + (names.unusable.length > 10 ? ' …' : '');
  return html`<p><strong>${names.found.toLocaleString('en-US')} of ${count(names.listed, 'address', 'addresses')}</strong> ${names.found === 1 ? 'has' : 'have'} an account here.
    ${names.unusable.length > 0 && html` <span class="warn-text">No address in line ${lines}.</span>`}</p>`;
}
