/** Findings as work: by the thing they are about, what is urgent first. The service's days, never the reader's clock. */

const SEVERITIES = ['high', 'medium', 'low'];

/**
 * @typedef {object} WorkItem one thing, and what was found of it
 * @property {string} id
 * @property {string} org_id
 * @property {string} section
 * @property {string} entity_id '' where it is about no one thing
 * @property {any} subject what it is called, whose it is; each null where nobody can tell
 * @property {any[]} findings the most severe first
 * @property {string} severity of the most severe
 * @property {boolean | null} works whether it still works; null where that cannot be told
 * @property {string | null} due_by the first day on which one of them is due
 * @property {boolean} isLate
 * @property {string[]} accountable who answers for them, each once
 * @property {boolean} isOwned whether somebody answers for each
 */

/** @param {any} finding @returns {string} names it and its episode */
export const findingId = (finding) => `${finding.org_id} ${finding.finding_id} ${finding.first_seen_hour}`;

/** @param {any} finding @returns {string} the day of the picture that shows it, `2026-04-15` */
export const dayOf = (finding) => String(finding.state_at ?? '').slice(0, 10);

/** @param {any} finding @returns {boolean} whether its day has passed and it stands still */
export function isLate(finding) {
  return Boolean(finding.due_by) && !finding.resolved_hour && finding.due_by < dayOf(finding);
}

/** @param {any} finding @returns {boolean} whether it was accepted, and neither the day to look at it again nor its own has come */
export function isAccepted(finding) {
  const { state, review_date } = finding.stated ?? {};
  return state === 'accepted' && !(review_date && review_date <= dayOf(finding)) && !isLate(finding);
}

/** @param {any} finding @returns {boolean} whether there is anything to be done about it */
export const isToDo = (finding) => !finding.resolved_hour && !isAccepted(finding);

/**
 * @param {any[]} findings in any order
 * @returns {WorkItem[]} the most severe first, of these what works, of these what is due first
 */
export function bySubject(findings) {
  const groups = new Map();
  for (const finding of findings) {
    const id = subjectId(finding);
    groups.set(id, [...(groups.get(id) ?? []), finding]);
  }
  return [...groups].map(([id, group]) => workItem(id, group)).sort(byUrgency);
}

/** What is about no one thing stands for itself. */
function subjectId({ org_id, section, entity_id, finding_id }) {
  return [org_id, section, entity_id || finding_id].join(' ');
}

function workItem(id, findings) {
  const sorted = [...findings].sort((a, b) => rank(a) - rank(b));
  const [first] = sorted;
  const works = findings.map((finding) => finding.still_works);
  const accountable = findings.map((finding) => finding.stated?.accountable ?? null);
  return {
    id,
    org_id: first.org_id,
    section: first.section,
    entity_id: first.entity_id ?? '',
    subject: sorted.find((finding) => finding.subject)?.subject ?? {},
    findings: sorted,
    severity: first.severity,
    works: works.includes(true) ? true : works.every((each) => each === false) ? false : null,
    due_by: findings.map((finding) => finding.due_by).filter(Boolean).sort()[0] ?? null,
    isLate: findings.some(isLate),
    accountable: [...new Set(accountable.filter((who) => who !== null))],
    isOwned: !accountable.includes(null),
  };
}

/** @param {{severity: string}} finding @returns {number} the smaller the more severe */
export function rank(finding) {
  const at = SEVERITIES.indexOf(finding.severity);
  return at < 0 ? 0 : at; // a word of a newer service is not taken for harmless
}

function byUrgency(a, b) {
  return rank(a) - rank(b)
    || Number(b.isLate) - Number(a.isLate)
    || Number(b.works === true) - Number(a.works === true)
    || (a.due_by ?? '9').localeCompare(b.due_by ?? '9')
    || a.id.localeCompare(b.id);
}
