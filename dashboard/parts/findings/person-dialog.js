/** Who answers for a service account: a button for administrators, and the dialog behind it. */
import { html, useEffect, useRef, useState } from '../../app/preact.js';
import { useAnswer } from '../../app/answers.js';
import { asProblem } from '../../app/problem.js';
import { PeopleOptions } from '../widgets/people-options.js';
import { ProblemBox, Text } from '../widgets/elements.js';

/** @param {{orgId: string, account: string, context: import('../tables/table.js').Context}} props */
export function NamePerson({ orgId, account, context }) {
  const [open, setOpen] = useState(false);
  const [namedPerson, setNamedPerson] = useState(null);
  if (!context.isAdmin) return null;
  return html`<button type="button" class="small" data-testid="name-person" onClick=${() => setOpen(true)}>Name a person</button>
    ${namedPerson && html`<span class="under-badge muted" role="status" data-testid="named-person">from the next hour on: <${Text} value=${namedPerson} /></span>`}
    ${open && html`<${PersonDialog} orgId=${orgId} account=${account} api=${context.api} onSaved=${setNamedPerson} close=${() => setOpen(false)} />`}`;
}

function PersonDialog({ orgId, account, api, onSaved, close }) {
  const dialog = useRef(null);
  const form = useRef(null);
  const [problem, setProblem] = useState(null);
  const [sending, setSending] = useState(false);
  const users = useAnswer(api, '/users', 0, { org_id: orgId, limit: '100' });
  useEffect(() => dialog.current.showModal(), []);
  const send = async (person) => {
    setSending(true);
    setProblem(null);
    try {
      await api.send('PUT', `/orgs/${encodeURIComponent(orgId)}/service-accounts/${encodeURIComponent(account)}/person`, { person });
      onSaved(personLabel(person));
      close();
    } catch (error) {
      setProblem(asProblem(error));
      setSending(false);
    }
  };
  const submit = (event) => {
    event.preventDefault();
    send(form.current.elements.person.value.trim());
  };
  const people = (users.body?.items ?? []).filter((user) => !user.is_service_account);
  return html`<dialog ref=${dialog} onClose=${close} aria-labelledby="person-dialog-title" data-testid="person-dialog">
    <form ref=${form} onSubmit=${submit} autocomplete="off">
      <h3 id="person-dialog-title">Who answers for this service account</h3>
      <p class="id"><${Text} value=${account} /></p>
      <p class="muted">It replaces whoever was named before. From the next hour on the seals name this person, and a finding says when
        that person is not in the organization. It goes to the custody log, too.</p>
      <label>Person <span class="muted">user id or e-mail address</span>
        <input name="person" list="person-dialog-users" required maxlength="254" spellcheck=${false} aria-describedby="person-dialog-hint" data-testid="person-dialog-person" /></label>
      <${PeopleOptions} id="person-dialog-users" people=${people} />
      <p class="muted" id="person-dialog-hint" data-testid="person-dialog-hint">${offerText(users, people)} Of an address only its keyed hash is kept.</p>
      ${problem && html`<${ProblemBox} problem=${problem} testid="person-dialog-problem" />`}
      <div class="actions">
        <button type="submit" class="primary" disabled=${sending} data-testid="person-dialog-submit">${sending ? 'Working…' : 'Save'}</button>
        <button type="button" class="danger" disabled=${sending} data-testid="person-dialog-nobody" onClick=${() => send(null)}>Name nobody</button>
        <button type="button" onClick=${() => dialog.current.close()}>Cancel</button>
      </div>
    </form>
  </dialog>`;
}

/** What the field offers, and what to do where that is not everybody. */
function offerText(users, people) {
  if (users.state === 'loading') return 'Reading the users…';
  if (users.state === 'failed') return 'The users could not be read, so none is offered; an id can be typed.';
  if (people.length === 0) return 'The last picture shows no person here, so none is offered.';
  if (users.body.next_cursor) return `The first ${people.length} people of the last picture are offered; any other id can be typed.`;
  return people.length === 1 ? 'The one person of the last picture is offered.' : `The ${people.length} people of the last picture are offered.`;
}

/** An address is not shown again: it is kept nowhere. */
function personLabel(person) {
  if (person === null) return 'nobody';
  return person.includes('@') ? 'whoever has that address' : person;
}
