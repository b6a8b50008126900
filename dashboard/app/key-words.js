/** What a key's row says, in words: whose key it is, and whether it goes on working. */
import { isInstant, endOfHour } from './instants.js';

/** Of a key whose owner is gone OpenAI says that it no longer works. */
const ENDING_REASONS = ['owner_left', 'owner_left_project'];

/**
 * @param {any} key a row of `/api-keys` or `/admin-keys`
 * @returns {{tone: 'good' | 'bad' | 'plain' | 'warn', text: string, why: string}}
 */
export function worksWords(key) {
  if (isInstant(key.removed_at)) return { tone: 'plain', text: 'gone', why: 'a later picture no longer shows it' };
  if (isInstant(key.expires_at) && isInstant(key.state_at) && Date.parse(key.expires_at) <= Date.parse(endOfHour(key.state_at))) {
    return { tone: 'plain', text: 'no', why: 'its day has come' };
  }
  const reason = (key.findings ?? []).find((finding) => finding.kind === 'orphan_key')?.reason;
  if (ENDING_REASONS.includes(reason)) return { tone: 'plain', text: 'no', why: 'its owner has left' };
  if (key.owner_project_access === 'inactive') return { tone: 'plain', text: 'no', why: 'OpenAI calls its owner’s access inactive' };
  const unreadable = key.unreadable ?? [];
  if (unreadable.includes('expires_at') || unreadable.includes('owner_project_access')) return { tone: 'warn', text: 'cannot tell', why: 'what decides it could not be read' };
  if ((key.findings ?? []).some((finding) => finding.kind === 'disabled_owner_key')) return { tone: 'warn', text: 'cannot tell', why: 'its owner’s account is off; OpenAI does not say' };
  if ((key.findings ?? []).some((finding) => finding.kind === 'key_in_archived_project')) return { tone: 'warn', text: 'cannot tell', why: 'its project is archived; OpenAI does not say' };
  return { tone: 'good', text: 'yes', why: 'nothing in the picture stops it' };
}

/** @param {any} key @returns {string} whose kind of key it is; OpenAI's own word says `project` of each */
export function keyType(key) {
  if (key.owner_type === 'service_account') return 'service account';
  if (key.owner_type === 'user') return 'person';
  return key.owner_type ? String(key.owner_type).replaceAll('_', ' ') : 'owner not told';
}
