import { html } from '../../app/preact.js';
import { Copyable } from '../widgets/elements.js';

/** A secret that is shown this once: it stays as long as this part of the page, and nowhere else. */
export function Secret({ title, id, secret, close }) {
  return html`<div class="notice info" role="status" data-testid="secret"><div class="once">
    <p><strong>${title}: copy it now, it is shown this once.</strong> Only its SHA-256 is kept; who loses it makes another.</p>
    ${id && html`<${Copyable} value=${id} label="the id" testid="secret-id" />`}
    <${Copyable} value=${secret} label="the secret" testid="secret-text" /></div>
    <button type="button" class="small" data-testid="secret-close" onClick=${close}>It is copied</button></div>`;
}
