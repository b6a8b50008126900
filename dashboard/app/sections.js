/** What the last hour could and could not read, in words. A failed read never looks like an empty list. */
import { hourSpan, isInstant, utc } from './instants.js';

/**
 * @typedef {object} Organization one row of the summary
 * @property {string} org_id
 * @property {string | null} display_name
 * @property {string} status
 * @property {string | null} last_hour start of its last closed hour
 * @property {string | null} outcome
 * @property {Record<string, string>} sections status by section
 * @property {number} late_hours hours that should be closed by now and are not
 * @property {string | null} late_since the first instant that nobody has looked at
 * @property {number | null} lag_hours how far the audit log is read behind
 *
 * @typedef {{org_id: string, tone: 'bad' | 'warn' | 'info', text: string, todo: string}} Notice
 */

/** Without these no hour is whole. */
export const SECTION_NAMES = {
  users: 'users',
  projects: 'projects',
  api_keys: 'API keys',
  audit_events: 'audit log',
};

const OPTIONAL_SECTION_NAMES = {
  admin_keys: 'admin keys',
  service_accounts: 'service accounts',
  invites: 'invites',
  project_users: 'project members',
  groups: 'groups',
  roles: 'roles',
};

export const AUDIT_LOG_SWITCH =
  'An organization owner switches it on at OpenAI: Settings → Organization → Data controls → Data retention → Audit logging.';

/**
 * @param {Organization} organization
 * @returns {string} the name to show for it
 */
export function orgName(organization) {
  return organization.display_name || organization.org_id;
}

/**
 * @param {Organization} organization
 * @param {string} section
 * @returns {string | null} section status; null when no hour has been closed yet
 */
export function sectionStatus(organization, section) {
  const status = organization.sections?.[section];
  return (typeof status === 'object' ? status?.status : status) ?? null;
}

function statusOf(organization, section) {
  return section === null ? organization.outcome ?? null : sectionStatus(organization, section);
}

/**
 * Say whether an empty table is the truth: each organization's last hour read the whole section.
 *
 * @param {string | null} section null for what follows from the picture as a whole
 * @param {Organization[]} organizations
 * @returns {boolean}
 */
export function isWhole(section, organizations) {
  return organizations.every((organization) => isInstant(organization.last_hour) && statusOf(organization, section) === 'complete');
}

/**
 * Say what stands between a section's table and the truth, one notice per organization.
 *
 * @param {string | null} section null for what follows from the picture as a whole
 * @param {Organization[]} organizations
 * @returns {Notice[]}
 */
export function notices(section, organizations) {
  return organizations.map((organization) => notice(section, organization)).filter((entry) => entry !== null);
}

/**
 * Say where nobody is looking, or the audit log is read late: it is true of every table at once.
 *
 * @param {Organization[]} organizations
 * @returns {Notice[]} the worst first
 */
export function freshnessNotices(organizations) {
  const late = organizations.filter((organization) => organization.late_hours > 0 && isInstant(organization.late_since));
  const lagging = organizations.filter((organization) => organization.lag_hours > 0);
  return [
    ...late.map((organization) => ({
      org_id: organization.org_id,
      tone: 'bad',
      text: `nobody has looked since ${utc(organization.late_since)} UTC; ${hoursLate(organization.late_hours)}`,
      todo: 'Everything below is as it was then. The missing hours follow by themselves once pictures are taken again; if none follow, tell whoever operates this service.',
    })),
    ...lagging.map((organization) => ({
      org_id: organization.org_id,
      tone: 'warn',
      text: `the audit log is read ${organization.lag_hours} ${organization.lag_hours === 1 ? 'hour' : 'hours'} behind`,
      todo: 'Newer events and verdicts follow; the log is being read faster than it grows.',
    })),
  ];
}

function hoursLate(n) {
  return n === 1 ? '1 hour is late' : `${n} hours are late`;
}

function notice(section, organization) {
  const name = SECTION_NAMES[section] ?? OPTIONAL_SECTION_NAMES[section] ?? section;
  const hour = isInstant(organization.last_hour) ? ` in the hour ${hourSpan(organization.last_hour)} UTC` : '';
  const makeNotice = (tone, text, todo = '') => ({ org_id: organization.org_id, tone, text, todo });
  if (!isInstant(organization.last_hour)) {
    return makeNotice('info', 'no hour is closed yet', 'The first picture is taken right after connecting; this page looks again by itself.');
  }
  if (section === null) return pictureNotice(organization, hour, makeNotice);
  switch (sectionStatus(organization, section)) {
    case 'complete':
      return stoppedNotice(organization, makeNotice);
    case 'partial':
      return makeNotice('warn', `the ${name} could be read only in part${hour}`, 'What could not be read is carried forward from before; the next hour tries again.');
    case 'forbidden':
      return makeNotice('bad', `the admin key may not read the ${name}${hour}`, `Replace the key by one with the scope ${scopeOf(section)}, under Organizations.`);
    case 'failed':
      return makeNotice('bad', `the ${name} could not be read${hour}`, 'The rows below, if any, are from an earlier hour; the next hour tries again.');
    case 'unavailable':
      return makeNotice('info', `OpenAI does not offer the ${name} to this organization`, 'Nothing is known here: this is not an empty list.');
    case 'unproven':
      return makeNotice('warn', `${name}: nothing yet shows that logging is on`, AUDIT_LOG_SWITCH);
    default:
      return makeNotice('bad', `nothing was read of the ${name}${hour}: outcome ${organization.outcome ?? 'unknown'}`, 'The rows below, if any, are from an earlier hour.');
  }
}

/** What is derived from the picture stands still where a part of it could not be read. */
function pictureNotice(organization, hour, makeNotice) {
  if (organization.outcome === 'complete') return stoppedNotice(organization, makeNotice);
  if (organization.outcome === 'paused') {
    return stoppedNotice(organization, makeNotice) ?? makeNotice('info', `no picture was taken${hour}: paused`, 'The next hour is pictured again.');
  }
  return makeNotice('warn', `not everything could be read${hour}: outcome ${organization.outcome ?? 'unknown'}`,
    'What depends on it stays as it was until an hour reads it again.');
}

function stoppedNotice(organization, makeNotice) {
  if (organization.status === 'paused') {
    return makeNotice('info', 'paused, no new pictures are taken', 'An administrator resumes it under Organizations.');
  }
  if (organization.status === 'disconnected') {
    return makeNotice('info', 'disconnected, no new pictures are taken', 'Its history stays; the rows are from its last picture.');
  }
  return null;
}

function scopeOf(section) {
  return section === 'audit_events' ? 'api.audit_logs.read' : 'api.management.read';
}
