import { html, useEffect, useRef, useState } from '../../app/preact.js';
import { asProblem } from '../../app/problem.js';
import { ProblemBox } from '../widgets/elements.js';

/**
 * A change that wants a second look, with at most one number in it.
 *
 * @param {{api: any, title: any, text: string, field?: {name: string, label: string, min: number, max: number, value: number},
 *   button: string, danger?: boolean, request: (value: number) => [string, string, object | undefined], onDone: (answer: any) => void, close: () => void}} props
 */
export function ConfirmDialog({ api, title, text, field = null, button, danger = false, request, onDone, close }) {
  const dialog = useRef(null);
  const form = useRef(null);
  const [problem, setProblem] = useState(null);
  const [sending, setSending] = useState(false);
  useEffect(() => dialog.current.showModal(), []);
  const submit = async (event) => {
    event.preventDefault();
    setSending(true);
    setProblem(null);
    try {
      onDone(await api.send(...request(field && Number(form.current.elements[field.name].value))));
      close();
    } catch (error) {
      setProblem(asProblem(error));
      setSending(false);
    }
  };
  return html`<dialog ref=${dialog} onClose=${close} aria-labelledby="confirm-title" data-testid="confirm">
    <form ref=${form} onSubmit=${submit} autocomplete="off">
      <h3 id="confirm-title">${title}</h3>
      <p>${text}</p>
      ${field && html`<label>${field.label}<input name=${field.name} type="number" min=${field.min} max=${field.max} required defaultValue=${field.value} data-testid="confirm-field" /></label>`}
      ${problem && html`<${ProblemBox} problem=${problem} testid="confirm-problem" />`}
      <div class="actions">
        <button type="submit" class=${danger ? 'danger' : 'primary'} disabled=${sending} data-testid="confirm-submit">${sending ? 'Working…' : button}</button>
        <button type="button" onClick=${() => dialog.current.close()}>Cancel</button>
      </div>
    </form>
  </dialog>`;
}
