/** What a role permits: few are read as they stand, many on request. */
import { html } from '../../app/preact.js';
import { Text } from '../widgets/elements.js';

/** @param {{list: any}} props names of permissions; null where nobody knows them */
export function Permissions({ list }) {
  if (!Array.isArray(list)) return html`<${Text} value=${list} />`;
  if (list.length <= 3) return html`<${Text} value=${list.join(', ') || 'none'} />`;
  return html`<details><summary>${list.length} permissions</summary><ul class="plain-list">${list.map((each, index) => html`<li key=${index}><code><${Text} value=${each} /></code></li>`)}</ul></details>`;
}
