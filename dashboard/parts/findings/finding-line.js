/** One finding of a thing: what it is, what is said of it, and what can be done. */
import { html, useState } from '../../app/preact.js';
import { isLate } from '../../app/work.js';
import { Hour, Text } from '../widgets/elements.js';
import { FindingTitle, Resolution, TenantState } from './finding-cells.js';
import { NamePerson } from './person-dialog.js';
import { StateDialog } from './state-dialog.js';

/** @param {{finding: any, context: import('../tables/table.js').Context}} props */
export function FindingLine({ finding, context }) {
  const [open, setOpen] = useState(false);
  const canSay = context.isAdmin && !finding.resolved_hour;
  return html`<li class=${isLate(finding) ? 'late' : ''} data-testid="finding">
    <div><${FindingTitle} finding=${finding} />
      <span class="under-badge muted">since <${Hour} hour=${finding.first_seen_hour} />${finding.change_hour && html`, changed in <${Hour} hour=${finding.change_hour} />`}
        ${finding.event_id && html`, event <span class="id"><${Text} value=${finding.event_id} /></span>`}</span></div>
    <div>${finding.resolved_hour ? html`<${Resolution} finding=${finding} />` : html`<${TenantState} finding=${finding} user=${context.user} />`}</div>
    <div class="row-actions">${canSay && html`<button type="button" class="small" data-testid="finding-state" onClick=${() => setOpen(true)}>Set state</button>`}
      ${canSay && finding.section === 'service_accounts' && finding.entity_id && html`<${NamePerson} orgId=${finding.org_id} account=${finding.entity_id} context=${context} />`}
      ${open && html`<${StateDialog} findings=${[finding]} context=${context} close=${() => setOpen(false)} />`}</div>
  </li>`;
}
