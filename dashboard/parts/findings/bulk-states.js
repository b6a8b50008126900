/** What is said of many findings at once: a bar under the table while rows are selected. */
import { html, useState } from '../../app/preact.js';
import { StateDialog } from './state-dialog.js';

/** @param {{what: string, findings: any[], context: import('../tables/table.js').Context, clear: () => void}} props */
export function BulkStates({ what, findings, context, clear }) {
  const [open, setOpen] = useState(false);
  const n = findings.length;
  return html`<span role="status"><strong>${what}</strong> selected, ${n === 1 ? '1 open finding' : `${n} open findings`}</span>
    <span class="actions"><button type="button" class="primary" data-testid="bulk-state" disabled=${n === 0} onClick=${() => setOpen(true)}>Hand out or accept</button>
      <button type="button" data-testid="bulk-clear" onClick=${clear}>Clear the selection</button></span>
    ${open && html`<${StateDialog} findings=${findings} context=${context} close=${() => setOpen(false)} onSaved=${clear} />`}`;
}
