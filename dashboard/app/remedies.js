/** What to do about a finding, where at OpenAI, and a note to the person who can. */
import { kindWords, reasonWords } from './finding-words.js';

const SETTINGS = 'https://platform.openai.com/settings/organization';
const PLACES = {
  api_keys: ['API keys', `${SETTINGS}/api-keys`],
  admin_keys: ['Admin keys', `${SETTINGS}/admin-keys`],
  users: ['People', `${SETTINGS}/people`],
  invites: ['People', `${SETTINGS}/people`],
  projects: ['Projects', `${SETTINGS}/projects`],
  service_accounts: ['Projects', `${SETTINGS}/projects`],
};

const REMEDIES = {
  orphan_key: 'Find out what uses it; make a key for whoever answers for that, change it there, then revoke this one.',
  stale_key: 'Ask its owner whether anything needs it. If nobody says so, revoke it.',
  never_used_key: 'Ask its owner whether it is still to be used. If not, revoke it.',
  key_in_archived_project: 'Nothing should need it any more: revoke it, or take the project out of the archive.',
  disabled_owner_key: 'Revoke it, or hand what uses it to somebody whose account is enabled.',
  admin_key_owner_disabled: 'Revoke it; make another for an owner whose account is enabled.',
  secret_in_name: 'Take the key whose value stands in the name for known to everybody: revoke that key, then change the name.',
  admin_key_old: 'Make another with an end of its own, change it where it is used, then revoke this one.',
  admin_key_no_expiry: 'Make another that ends by itself, change it where it is used, then revoke this one.',
  admin_key_never_used: 'Ask its owner what it is for. If nobody knows, revoke it.',
  admin_key_idle: 'Nobody uses it and it can do everything: revoke it.',
  own_key_expiring: 'Make another read-only admin key and replace it under Organizations.',
  owner_invite_pending: 'Ask whoever sent it whether it is still meant. If not, delete it.',
  many_owners: 'Make those who need not be owners readers.',
  service_account_person_left: 'Name somebody else who answers for it.',
};

/** @param {string} kind @returns {string} what to do; '' where there is nothing to be done at OpenAI */
export const remedyOf = (kind) => (Object.hasOwn(REMEDIES, kind) ? REMEDIES[kind] : '');

/**
 * @param {string} section
 * @returns {{name: string, url: string} | null} the page at OpenAI where such a thing is changed
 */
export function placeAtOpenAI(section) {
  if (!Object.hasOwn(PLACES, section)) return null;
  const [name, url] = PLACES[section];
  return { name, url };
}

/**
 * A note to whoever can do something about a key. Names are as OpenAI has them, characters that hide made visible.
 *
 * @param {{name: string | null, redacted_value: string | null, key_id: string, project: string | null}} key
 * @param {any[]} findings those that are open
 * @param {(text: string) => string} clean
 * @returns {string}
 */
export function noteAbout(key, findings, clean) {
  const due = findings.map((finding) => finding.due_by).filter(Boolean).sort()[0];
  const lines = [
    `OpenAI API key “${clean(key.name ?? 'without a name')}”, ${clean(key.redacted_value ?? 'value not shown')} (${clean(key.key_id)})${key.project ? `, in the project “${clean(key.project)}”` : ''}:`,
    '',
    ...findings.map((finding) => `- ${kindWords(finding.kind)}: ${reasonWords(String(finding.reason ?? ''))}.`),
    '',
    ...new Set(findings.map((finding) => remedyOf(finding.kind)).filter(Boolean)),
    `Keys are changed at ${PLACES.api_keys[1]}.`,
    ...(due ? [`Please do so by ${due}, or say why it has to stay.`] : ['Please say by when you will, or why it has to stay.']),
  ];
  return lines.map(clean).join('\n');
}
