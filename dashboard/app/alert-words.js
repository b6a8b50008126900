/** Alerts and their deliveries in words. One of a newer service is shown as its code. */
import { words } from './text.js';

const TYPES = {
  'findings.opened': 'new findings',
  'admin_key.expiring': 'the admin key ends soon',
  'admin_key.dead': 'the admin key is refused',
  'hours.late': 'hours are late',
  'hour.not_whole': 'an hour was not read whole',
  'log.behind': 'the audit log is read behind',
  'anchor.made': 'the day’s anchor',
  'evidence.damaged': 'sealed evidence is damaged',
  'webhook.dead': 'a webhook was given up',
  test: 'a test',
};
const FAILURES = {
  name_not_found: 'the name was not found',
  address_refused: 'the address is none of the internet',
  connection_failed: 'no connection',
  timed_out: 'it took too long',
  redirected: 'it leads elsewhere, which is not followed',
  refused: 'the receiver refused it',
};

const lookUp = (table, code) => (Object.hasOwn(table, code) ? table[code] : undefined);

/** @param {string} type @returns {string} */
export const alertWords = (type) => lookUp(TYPES, type) ?? words(String(type).replace('.', ': '));

/** @param {string} failure @returns {string} */
export const failureWords = (failure) => lookUp(FAILURES, failure) ?? words(failure);
