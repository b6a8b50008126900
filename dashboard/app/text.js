/**
 * Text that others chose. Characters that cannot be seen but change what is seen (bidi controls,
 * zero-width characters, terminal escapes, lone surrogates) are shown as `\u202E`.
 */

// \p{Cf} holds the bidi and zero-width controls and the tag characters; the rest are blank letters and separators.
const HIDDEN = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}\u115F\u1160\u17B4\u17B5\u3164\uFFA0]/u;
const HIDDEN_RUN = new RegExp(`(${HIDDEN.source})`, 'gu');
const MAX_SHOWN = 300;

/**
 * @param {string} char one code point
 * @returns {string} `\u202E`, `\u{E0041}`
 */
function escaped(char) {
  const hex = char.codePointAt(0).toString(16).toUpperCase();
  return hex.length > 4 ? `\\u{${hex}}` : `\\u${hex.padStart(4, '0')}`;
}

/**
 * @typedef {{text: string, hidden: boolean}} Piece
 *
 * Split text into what can be shown as it is and what must be shown escaped.
 *
 * @param {string} text
 * @returns {{pieces: Piece[], more: number}} `more` counts the characters cut off
 */
export function pieces(text) {
  const cut = text.slice(0, MAX_SHOWN);
  const parts = cut.split(HIDDEN_RUN).filter((part) => part !== '');
  return {
    pieces: parts.map((part) => (HIDDEN.test(part) ? { text: escaped(part), hidden: true } : { text: part, hidden: false })),
    more: text.length - cut.length,
  };
}

/**
 * Escape hidden characters but leave tab and line ends alone, for a file that quotes them.
 *
 * @param {string} text
 * @returns {string}
 */
export function withoutHidden(text) {
  return text.replace(HIDDEN_RUN, (char) => ('\t\r\n'.includes(char) ? char : escaped(char)));
}

/**
 * @param {string} word `owner_left`
 * @returns {string} `owner left`
 */
export function words(word) {
  return String(word).replaceAll('_', ' ');
}
