/** Changes that need a second look or a value: rename, replace the key, disconnect. */
import { html, useEffect, useRef, useState } from '../../app/preact.js';
import { asProblem } from '../../app/problem.js';
import { orgName } from '../../app/sections.js';
import { ProblemBox, Text } from '../widgets/elements.js';

const KINDS = {
  rename: {
    title: 'Rename',
    text: 'The name is yours alone; at OpenAI nothing changes. The next seal records it.',
    field: { name: 'display_name', label: 'Display name', type: 'text' },
    button: 'Rename',
    request: (value) => ['PATCH', '', { display_name: value }],
  },
  'replace-key': {
    title: 'Replace the admin key',
    text: 'A new read-only Organization Admin Key of the same organization. It must see at least one of the projects known so far.',
    field: { name: 'admin_key', label: 'New admin key', type: 'password' },
    button: 'Replace key',
    request: (value) => ['PUT', '/admin-key', { admin_key: value }],
  },
  disconnect: {
    title: 'Disconnect',
    text: 'The encrypted admin key is deleted and no more pictures are taken. Sealed hours and packs stay. A later reconnect continues the chain and names the interval.',
    field: null,
    button: 'Disconnect',
    danger: true,
    request: () => ['DELETE', '', undefined],
  },
};

export function ChangeDialog({ changeKind, organization, sendChange, close }) {
  const kind = KINDS[changeKind];
  const dialog = useRef(null);
  const form = useRef(null);
  const [problem, setProblem] = useState(null);
  const [sending, setSending] = useState(false);
  useEffect(() => dialog.current.showModal(), []);
  const submit = async (event) => {
    event.preventDefault();
    const input = kind.field && form.current.elements[kind.field.name];
    const value = input ? input.value.trim() : '';
    if (input?.type === 'password') input.value = '';
    setSending(true);
    setProblem(null);
    try {
      await sendChange(...kind.request(value));
      close();
    } catch (error) {
      setProblem(asProblem(error));
      setSending(false);
    }
  };
  return html`<dialog ref=${dialog} onClose=${close} aria-labelledby="dialog-title" data-testid=${`dialog-${changeKind}`}>
    <form ref=${form} onSubmit=${submit} autocomplete="off">
      <h3 id="dialog-title">${kind.title}: <${Text} value=${orgName(organization)} /></h3>
      <p>${kind.text}</p>
      ${kind.field && html`<label>${kind.field.label}
        <input name=${kind.field.name} type=${kind.field.type} defaultValue=${kind.field.type === 'text' ? orgName(organization) : ''} maxlength=${kind.field.type === 'text' ? 100 : undefined} required autocomplete="off" spellcheck=${false} data-testid="dialog-field" /></label>`}
      ${problem && html`<${ProblemBox} problem=${problem} testid="dialog-problem" />`}
      <div class="actions">
        <button type="submit" class=${kind.danger ? 'danger' : 'primary'} disabled=${sending} data-testid="dialog-submit">${sending ? 'Working…' : kind.button}</button>
        <button type="button" onClick=${() => dialog.current.close()}>Cancel</button>
      </div>
    </form>
  </dialog>`;
}
