import { html } from '../../app/preact.js';
import { freshnessNotices, notices, orgName } from '../../app/sections.js';
import { Text } from './elements.js';

/** What stands between a section's table and the truth. */
export function SectionNotices({ section, organizations }) {
  const sectionNotices = notices(section, organizations);
  const names = new Map(organizations.map((organization) => [organization.org_id, orgName(organization)]));
  return sectionNotices.map((notice) => html`<div key=${notice.org_id} class=${`notice ${notice.tone}`} role="status"
      data-testid=${`section-notice-${section ?? 'picture'}`}>
    <p><strong><${Text} value=${names.get(notice.org_id)} />: <${Text} value=${notice.text} />.</strong> ${notice.todo}</p>
  </div>`);
}

/** Whether anybody is looking, above every view: a collection that stopped changes no table. */
export function FreshnessNotices({ organizations }) {
  const names = new Map(organizations.map((organization) => [organization.org_id, orgName(organization)]));
  return freshnessNotices(organizations).map((notice) => html`<div key=${notice.org_id + notice.tone} class=${`notice ${notice.tone}`} role="alert"
      data-testid="freshness-notice">
    <p><strong><${Text} value=${names.get(notice.org_id)} />: <${Text} value=${notice.text} />.</strong> ${notice.todo}</p>
  </div>`);
}

/** An empty list, and only where an empty list is the truth. */
export function Empty({ title, children, testid = 'empty' }) {
  return html`<div class="empty" data-testid=${testid}><p class="empty-title">${title}</p><p class="muted">${children}</p></div>`;
}
