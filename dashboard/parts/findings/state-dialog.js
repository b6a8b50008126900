/** What an administrator says of findings: seen, accepted and why, who answers for them, until when. */
import { html, useEffect, useRef, useState } from '../../app/preact.js';
import { useAnswer } from '../../app/answers.js';
import { REASON_CODES, kindWords, reasonWords } from '../../app/finding-words.js';
import { asProblem } from '../../app/problem.js';
import { putStates } from '../../app/states.js';
import { findingId } from '../../app/work.js';
import { PeopleOptions } from '../widgets/people-options.js';
import { ProblemBox, Text } from '../widgets/elements.js';

const STATES = [
  ['open', 'Open: still to be looked at'],
  ['acknowledged', 'Acknowledged: seen, being worked on'],
  ['accepted', 'Accepted: it stays as it is, and here is why'],
];
const FIELDS = ['reason_code', 'reason', 'accountable', 'due_date', 'review_date'];

/** @param {{findings: any[], context: import('../tables/table.js').Context, close: () => void, onSaved?: () => void}} props */
export function StateDialog({ findings, context, close, onSaved = () => {} }) {
  const { api, user, putItem } = context;
  const [first] = findings;
  const isMany = findings.length > 1;
  const dialog = useRef(null);
  const form = useRef(null);
  const touched = useRef(new Set());
  const [state, setState] = useState(isMany ? 'acknowledged' : first.stated?.state ?? 'open');
  const [code, setCode] = useState(shared(findings, 'reason_code'));
  const [problem, setProblem] = useState(null);
  const [sending, setSending] = useState(false);
  const users = useAnswer(api, '/users', 0, { org_id: first.org_id, limit: '100' });
  useEffect(() => dialog.current.showModal(), []);
  const submit = async (event) => {
    event.preventDefault();
    setSending(true);
    setProblem(null);
    try {
      const states = findings.map((finding) => stateOf(finding, state, form.current.elements, touched.current));
      for (const row of await putStates(api, states)) putItem((listed) => findingId(listed) === findingId(row), row);
      close();
      onSaved();
    } catch (error) {
      setProblem(asProblem(error));
      setSending(false);
    }
  };
  const needsCode = state === 'accepted' && (touched.current.has('reason_code') || findings.some((finding) => !finding.stated?.reason_code));
  return html`<dialog ref=${dialog} onClose=${close} aria-labelledby="finding-dialog-title" data-testid="finding-dialog">
    <form ref=${form} onSubmit=${submit} onInput=${(event) => touched.current.add(event.target.name)} autocomplete="off">
      ${isMany ? html`<${ManyTitle} findings=${findings} />` : html`<${OneTitle} finding=${first} />`}
      <p class="muted">What you say here is sealed with this hour and stands in packs, with your user id and the time; of your own words
        packs have a keyed hash only. It changes no evidence; if the finding ends and comes back, it does not hold for the new one.</p>
      <label>State<select name="state" value=${state} onChange=${(event) => setState(event.target.value)} data-testid="finding-dialog-state">
        ${STATES.map(([word, words]) => html`<option key=${word} value=${word}>${words}</option>`)}</select></label>
      <label>It stands because ${state === 'accepted' ? '' : html`<span class="muted">optional</span>`}
        <select name="reason_code" value=${code} required=${needsCode} onChange=${(event) => setCode(event.target.value)} data-testid="finding-dialog-code">
          <option value="">${isMany ? 'as was said of each' : ''}</option>
          ${Object.entries(REASON_CODES).map(([name, words]) => html`<option key=${name} value=${name}>${words}</option>`)}</select></label>
      <label>Note ${code === 'other' ? '' : html`<span class="muted">optional</span>`}
        <input name="reason" maxlength="500" required=${code === 'other'} defaultValue=${shared(findings, 'reason')} data-testid="finding-dialog-reason"
          placeholder="why, in one line; no names, no e-mail addresses" /></label>
      <label>Who answers for it <span class="muted">optional, by user id or team:code</span>
        <input name="accountable" list="finding-dialog-users" defaultValue=${shared(findings, 'accountable')} spellcheck=${false} data-testid="finding-dialog-accountable" /></label>
      <${PeopleOptions} id="finding-dialog-users" people=${users.body?.items ?? []} user=${user} />
      <label>Due on <span class="muted">optional</span>
        <input name="due_date" type="date" defaultValue=${shared(findings, 'due_date')} data-testid="finding-dialog-due" /></label>
      <label>Look at it again on <span class="muted">optional</span>
        <input name="review_date" type="date" defaultValue=${shared(findings, 'review_date')} data-testid="finding-dialog-review" /></label>
      ${problem && html`<${ProblemBox} problem=${problem} testid="finding-dialog-problem" />`}
      <div class="actions">
        <button type="submit" class="primary" disabled=${sending} data-testid="finding-dialog-submit">${sending ? 'Working…' : 'Save'}</button>
        <button type="button" onClick=${() => dialog.current.close()}>Cancel</button>
      </div>
    </form>
  </dialog>`;
}

function OneTitle({ finding }) {
  return html`<h3 id="finding-dialog-title"><${Text} value=${kindWords(finding.kind)} /></h3>
    <p>${finding.entity_id && html`<span class="id"><${Text} value=${finding.entity_id} /></span>: `}<${Text} value=${reasonWords(String(finding.reason ?? ''))} />.</p>`;
}

function ManyTitle({ findings }) {
  const kinds = [...new Set(findings.map((finding) => kindWords(finding.kind)))];
  return html`<h3 id="finding-dialog-title">${findings.length} findings at once</h3>
    <p><${Text} value=${kinds.join(', ')} />. A field that you leave alone stays what it is for each.</p>`;
}

/** What all of them say, so that it can stand in the form; '' where they differ. */
function shared(findings, name) {
  const values = new Set(findings.map((finding) => finding.stated?.[name] ?? ''));
  return values.size === 1 ? [...values][0] : '';
}

/** The whole statement of one finding: what was typed, else what was said before; an emptied field takes it back. */
function stateOf(finding, state, elements, touched) {
  const said = FIELDS.map((name) => [name, touched.has(name) ? elements[name].value.trim() || null : finding.stated?.[name] ?? null]);
  return { org_id: finding.org_id, finding_id: finding.finding_id, state, ...Object.fromEntries(said) };
}
