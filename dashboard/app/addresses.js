/**
 * E-mail addresses of a list that stays on this machine: read, brought into the one spelling the service hashes, and
 * hashed as it does (`functions/shared/hashing.py`; `docs/people.md`).
 */

const MAX_DOMAIN = 253;
// What Python calls white space; `trim()` would take a byte order mark, and leave some of these.
const SPACE = '[\\t-\\r\\x1c-\\x20\\x85\\xa0\\u1680\\u2000-\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000]';
const AROUND = new RegExp(`^${SPACE}+|${SPACE}+$`, 'gu');
const ADDRESS = /^[^@\s,;<>"]+@[^@\s,;<>"]+$/u;

/**
 * @param {string} address
 * @returns {string} trimmed, NFC, lower case, the domain in IDNA
 */
export function normalAddress(address) {
  const text = address.replace(AROUND, '').normalize('NFC').toLowerCase();
  const at = text.lastIndexOf('@');
  if (at < 0) return text;
  const domain = text.slice(at + 1);
  return text.slice(0, at + 1) + (domain.length <= MAX_DOMAIN ? idna(domain) : domain);
}

/** IDNA 2003, as the service has it: what later versions keep apart (ß, ς, joiners) is mapped before the browser's own. */
function idna(domain) {
  if (/^[\x00-\x7f]*$/.test(domain)) return domain;
  const mapped = domain.replaceAll('ß', 'ss').replaceAll('ς', 'σ').replace(/[\u200c\u200d]/gu, '');
  const url = `http://${mapped}/`;
  if (/[/?#\\:%[\]]/.test(mapped) || !URL.canParse(url)) return domain; // one that DNS cannot hold keeps its own spelling
  return new URL(url).hostname;
}

/**
 * @param {CryptoKey} key of the tenant
 * @param {string} address
 * @returns {Promise<string>} 64 hex digits, as rows have in `email_hash`
 */
export async function emailHash(key, address) {
  const digest = await crypto.subtle.sign('HMAC', key, new TextEncoder().encode(normalAddress(address)));
  return Array.from(new Uint8Array(digest), (byte) => byte.toString(16).padStart(2, '0')).join('');
}

/**
 * @typedef {{name: string, address: string}} ListedPerson
 *
 * Read a list: a CSV file with a column `email` (and `name`), or any text with an address a line.
 *
 * @param {string} text
 * @returns {{people: ListedPerson[], unusable: number[]}} `unusable`: lines, from 1, that hold no address
 */
export function readPeople(text) {
  const rows = csvRows(text.replace(/^\uFEFF/, ''));
  const titles = (rows[0]?.cells ?? []).map((cell) => cell.trim().toLowerCase());
  const atEmail = titles.indexOf('email');
  const atName = titles.indexOf('name');
  const people = [];
  const unusable = [];
  for (const { cells, line } of atEmail < 0 ? rows : rows.slice(1)) {
    if (cells.every((cell) => cell.trim() === '')) continue;
    const address = (atEmail < 0 ? addressIn(cells) : cells[atEmail] ?? '').trim();
    if (!ADDRESS.test(address)) unusable.push(line);
    else people.push({ address, name: nameIn(cells, address, atEmail < 0 ? null : atName) });
  }
  return { people, unusable };
}

/** `Anna Example <anna@example.com>`, or a cell that is an address. */
function addressIn(cells) {
  const found = cells.map((cell) => /<([^<>]+)>/.exec(cell)?.[1] ?? cell.trim());
  return found.find((cell) => ADDRESS.test(cell)) ?? '';
}

function nameIn(cells, address, atName) {
  if (atName !== null) return (cells[atName] ?? '').trim() || address;
  const bare = cells.map((cell) => cell.replace(`<${address}>`, '').trim()).find((cell) => cell !== '' && cell !== address);
  return bare ?? address;
}

/** RFC 4180; separated by commas, or by semicolons as spreadsheets of many countries write them, or by tabs. */
function csvRows(text) {
  const firstLine = text.slice(0, text.search(/[\r\n]|$/));
  const separator = [',', ';', '\t'].reduce((best, mark) => (firstLine.split(mark).length > firstLine.split(best).length ? mark : best));
  const rows = [];
  let cells = [];
  let cell = '';
  let quoted = false;
  let line = 1;
  let begins = 1;
  const endRow = () => {
    rows.push({ cells: [...cells, cell], line: begins });
    cells = [];
    cell = '';
  };
  for (let at = 0; at < text.length; at += 1) {
    const char = text[at];
    if (char === '\n') line += 1;
    if (quoted) {
      if (char !== '"') cell += char;
      else if (text[at + 1] === '"') cell += text[(at += 1)];
      else quoted = false;
    } else if (char === '"' && cell === '') quoted = true;
    else if (char === separator) cells.push(cell), (cell = '');
    else if (char === '\n') endRow(), (begins = line);
    else if (char !== '\r') cell += char;
  }
  if (cell !== '' || cells.length > 0) endRow();
  return rows;
}
