/** What an administrator says of a finding: seen, accepted and why, who answers for it, until when. */
import { html, useEffect, useRef, useState } from '../../app/preact.js';
import { useAnswer } from '../../app/answers.js';
import { REASON_CODES, kindWords, reasonWords } from '../../app/finding-words.js';
import { asProblem } from '../../app/problem.js';
import { PeopleOptions } from '../widgets/people-options.js';
import { ProblemBox, Text } from '../widgets/elements.js';

const STATES = [
  ['open', 'Open: still to be looked at'],
  ['acknowledged', 'Acknowledged: seen, being worked on'],
  ['accepted', 'Accepted: it stays as it is, and here is why'],
];

export function FindingDialog({ finding, context, close }) {
  const { api, user, putItem } = context;
  const stated = finding.stated ?? {};
  const dialog = useRef(null);
  const form = useRef(null);
  const [state, setState] = useState(stated.state ?? 'open');
  const [code, setCode] = useState(stated.reason_code ?? '');
  const [problem, setProblem] = useState(null);
  const [sending, setSending] = useState(false);
  const users = useAnswer(api, '/users', 0, { org_id: finding.org_id, limit: '100' });
  useEffect(() => dialog.current.showModal(), []);
  const submit = async (event) => {
    event.preventDefault();
    const fields = ['reason_code', 'reason', 'accountable', 'due_date', 'review_date'];
    const said = fields.map((name) => [name, valueOrNull(form.current.elements[name])]);
    const body = { state, ...Object.fromEntries(said) };
    const path = `/orgs/${encodeURIComponent(finding.org_id)}/findings/${encodeURIComponent(finding.finding_id)}/state`;
    setSending(true);
    setProblem(null);
    try {
      const matches = (row) => row.org_id === finding.org_id && row.finding_id === finding.finding_id && row.first_seen_hour === finding.first_seen_hour;
      putItem(matches, await api.send('PUT', path, body));
      close();
    } catch (error) {
      setProblem(asProblem(error));
      setSending(false);
    }
  };
  return html`<dialog ref=${dialog} onClose=${close} aria-labelledby="finding-dialog-title" data-testid="finding-dialog">
    <form ref=${form} onSubmit=${submit} autocomplete="off">
      <h3 id="finding-dialog-title"><${Text} value=${kindWords(finding.kind)} /></h3>
      <p>${finding.entity_id && html`<span class="id"><${Text} value=${finding.entity_id} /></span>: `}<${Text} value=${reasonWords(String(finding.reason ?? ''))} />.</p>
      <p class="muted">What you say here is sealed with this hour and stands in packs, with your user id and the time; of your own words
        packs have a keyed hash only. It changes no evidence; if the finding ends and comes back, it does not hold for the new one.</p>
      <label>State<select name="state" value=${state} onChange=${(event) => setState(event.target.value)} data-testid="finding-dialog-state">
        ${STATES.map(([code, words]) => html`<option key=${code} value=${code}>${words}</option>`)}</select></label>
      <label>It stands because ${state === 'accepted' ? '' : html`<span class="muted">optional</span>`}
        <select name="reason_code" value=${code} required=${state === 'accepted'} onChange=${(event) => setCode(event.target.value)} data-testid="finding-dialog-code">
          <option value=""></option>
          ${Object.entries(REASON_CODES).map(([name, words]) => html`<option key=${name} value=${name}>${words}</option>`)}</select></label>
      <label>Note ${code === 'other' ? '' : html`<span class="muted">optional</span>`}
        <input name="reason" maxlength="500" required=${code === 'other'} defaultValue=${stated.reason ?? ''} data-testid="finding-dialog-reason"
          placeholder="why, in one line; no names, no e-mail addresses" /></label>
      <label>Who answers for it <span class="muted">optional, by user id or team:code</span>
        <input name="accountable" list="finding-dialog-users" defaultValue=${stated.accountable ?? ''} spellcheck=${false} data-testid="finding-dialog-accountable" /></label>
      <${PeopleOptions} id="finding-dialog-users" people=${users.body?.items ?? []} user=${user} />
      <label>Due on <span class="muted">optional</span>
        <input name="due_date" type="date" defaultValue=${stated.due_date ?? ''} data-testid="finding-dialog-due" /></label>
      <label>Look at it again on <span class="muted">optional</span>
        <input name="review_date" type="date" defaultValue=${stated.review_date ?? ''} data-testid="finding-dialog-review" /></label>
      ${problem && html`<${ProblemBox} problem=${problem} testid="finding-dialog-problem" />`}
      <div class="actions">
        <button type="submit" class="primary" disabled=${sending} data-testid="finding-dialog-submit">${sending ? 'Working…' : 'Save'}</button>
        <button type="button" onClick=${() => dialog.current.close()}>Cancel</button>
      </div>
    </form>
  </dialog>`;
}

/** An emptied field takes back what was said. */
function valueOrNull(input) {
  return input.value.trim() || null;
}
