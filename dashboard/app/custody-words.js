/** What the custody log's actions are called. One of a newer service is shown as its code. */
import { words } from './text.js';

const ACTIONS = {
  'organization.connected': 'connected an organization',
  'organization.renamed': 'renamed an organization',
  'organization.paused': 'paused an organization',
  'organization.resumed': 'resumed an organization',
  'organization.disconnected': 'disconnected an organization',
  'organization.key_replaced': 'replaced an admin key',
  'pack.requested': 'asked for a pack',
  'pack.signed': 'had a pack signed',
  'pack.link_made': 'downloaded a pack',
  'export.requested': 'asked for an export',
  'export.link_made': 'downloaded an export',
  'link.created': 'made a share link',
  'link.used': 'used a share link',
  'link.revoked': 'revoked a share link',
  'finding.stated': 'said what becomes of a finding',
  'deadlines.set': 'set the deadlines',
  'service_account.person_named': 'named who answers for a service account',
  'hashing_key.fetched': 'fetched the hashing key',
  'client.created': 'made a machine’s client',
  'client.rotated': 'gave a client a new secret',
  'client.revoked': 'revoked a client',
  'token.issued': 'was given access tokens',
  'evidence.unreferenced': 'found objects that no seal names',
};
const BY = { schedule: 'the schedule', link: 'whoever held the link', pack: 'the making of packs' };

const lookUp = (table, code) => (Object.hasOwn(table, code) ? table[code] : undefined);

/** @param {string} action @returns {string} */
export const actionWords = (action) => lookUp(ACTIONS, action) ?? words(String(action).replace('.', ': '));

/** @param {string} by @returns {string | null} null where it is somebody's id */
export const byWords = (by) => lookUp(BY, by) ?? null;
