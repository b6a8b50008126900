/** What was sealed of one key, as entries of a timeline, the newest first. */
import { kindWords, reasonWords, verdictReason, verdictWords } from './finding-words.js';
import { isInstant } from './instants.js';
import { words } from './text.js';

/**
 * @typedef {object} LifeEntry
 * @property {string} id
 * @property {string} at
 * @property {'good' | 'bad' | 'warn' | 'info' | 'plain'} tone
 * @property {string} what
 * @property {string} [more]
 * @property {string | null} hour whose seal vouches for it
 * @property {string | null} [event_id]
 *
 * @param {any[]} stays rows of `/api-keys` of this key, oldest first
 * @param {any[]} findings
 * @param {any[]} changes
 * @param {any[]} events
 * @returns {LifeEntry[]}
 */
export function keyLife(stays, findings, changes, events) {
  const entries = [...stays.flatMap(ofStay), ...findings.flatMap(ofFinding), ...changes.map(ofChange), ...events.map(ofEvent)];
  return entries.filter((entry) => isInstant(entry.at)).sort((a, b) => Date.parse(b.at) - Date.parse(a.at) || a.id.localeCompare(b.id));
}

function ofStay(key) {
  const hour = (instant) => (isInstant(instant) ? `${instant.slice(0, 13)}:00:00Z` : null);
  return [
    { id: `created ${key.first_seen_at}`, at: key.created_at, tone: 'plain', what: 'Created', more: 'as OpenAI tells it', hour: null },
    { id: `seen ${key.first_seen_at}`, at: key.first_seen_at, tone: 'plain', what: 'First in a picture', hour: hour(key.first_seen_at) },
    { id: `used ${key.first_seen_at}`, at: key.last_used_at, tone: 'plain', what: 'Last used', more: 'as the last picture has it', hour: key.state_at ?? null },
    { id: `gone ${key.first_seen_at}`, at: key.removed_at, tone: 'good', what: 'Gone', more: 'a picture no longer shows it', hour: hour(key.removed_at) },
  ];
}

function ofFinding(finding) {
  const name = kindWords(finding.kind);
  const id = `${finding.finding_id} ${finding.first_seen_hour}`;
  const by = finding.resolved_by;
  const said = finding.stated ?? {};
  return [
    { id: `opened ${id}`, at: finding.first_seen_hour, tone: finding.severity === 'high' ? 'bad' : 'warn', what: `Found: ${name}`, more: reasonWords(String(finding.reason ?? '')), hour: finding.first_seen_hour },
    { id: `said ${id}`, at: said.at, tone: 'info', what: `Said of it: ${words(said.state ?? '')}`, more: name, hour: null },
    { id: `resolved ${id}`, at: finding.resolved_hour, tone: 'good', what: `Resolved: ${name}`, more: by?.actor_id ? `by ${by.actor_id}` : by ? '' : 'no longer so', hour: finding.resolved_hour, event_id: by?.event_id },
  ];
}

function ofChange(change) {
  const [tone, verdict] = verdictWords(change.verdict ?? null);
  const fields = change.kind === 'modified' ? `: ${(change.fields ?? []).map(words).join(', ')}` : '';
  const why = change.reason ? `${verdict}: ${verdictReason(change.reason)}` : verdict;
  return { id: `change ${change.hour} ${change.kind}`, at: change.hour, tone: tone === 'good' ? 'plain' : tone, what: `Changed between two pictures: ${words(change.kind)}${fields}`, more: why, hour: change.hour, event_id: change.event_id };
}

function ofEvent(event) {
  const who = event.actor_id ? `by ${event.actor_id}` : 'by nobody the log names';
  return { id: `event ${event.event_id}`, at: event.occurred_at, tone: 'info', what: `Audit log: ${event.event_type}`, more: who, hour: event.sealed_hour ?? null, event_id: event.event_id };
}
