/**
 * Tables as CSV (RFC 4180), safe to open in a spreadsheet.
 *
 * A cell that a spreadsheet would take for a formula gets an apostrophe in front (OWASP, CSV injection).
 */
import { withoutHidden } from './text.js';

// The full-width forms are taken for their plain twins by spreadsheets in East Asian locales.
const FORMULA_START = /^[=+\-@\t\r\n\uFF1D\uFF0B\uFF0D\uFF20]/u;
const BYTE_ORDER_MARK = '\uFEFF'; // without it spreadsheets read UTF-8 as the local code page

/**
 * @param {string[]} fields wire names, the head of the file
 * @param {Record<string, unknown>[]} rows
 * @returns {string}
 */
export function toCsv(fields, rows) {
  const lines = [fields, ...rows.map((row) => fields.map((field) => row[field]))];
  return BYTE_ORDER_MARK + lines.map((line) => `${line.map(cell).join(',')}\r\n`).join('');
}

function cell(value) {
  const text = plain(value);
  const guard = FORMULA_START.test(text) ? "'" : '';
  return `"${guard}${withoutHidden(text).replaceAll('"', '""')}"`;
}

/** Absent facts are empty cells; lists and objects stay JSON, as in the pack. */
function plain(value) {
  if (value === null || value === undefined) return '';
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}

/**
 * Hand a text to the browser as a file.
 *
 * @param {string} name
 * @param {string} text
 * @param {string} [type] media type
 */
export function saveFile(name, text, type = 'text/csv') {
  const url = URL.createObjectURL(new Blob([text], { type: `${type};charset=utf-8` }));
  const link = document.createElement('a');
  link.href = url;
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), 60_000); // the download may start late
}
