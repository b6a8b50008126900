/** What went wrong, in the words of RFC 9457: a title, a detail that says what to do, a status. */
export class Problem extends Error {
  /**
   * @param {string} title one line, what happened
   * @param {string} [detail] what to do about it
   * @param {number} [status] HTTP status; 0 when no answer came
   */
  constructor(title, detail = '', status = 0) {
    super(title);
    this.name = 'Problem';
    this.title = title;
    this.detail = detail;
    this.status = status;
  }
}

/** The request was given up by this page itself (another filter was chosen): nobody is told. */
export class Abandoned extends Error {}

/**
 * Read an answer that is no success.
 *
 * @param {Response} response a response with a status outside 200..299
 * @returns {Promise<Problem>}
 */
export async function readProblem(response) {
  const plain = new Problem(
    `The service answered ${response.status}`,
    'Try again in a moment. If it stays like this, tell the operator what you were doing and when.',
    response.status,
  );
  let body;
  try {
    body = await response.json();
  } catch {
    return plain; // a gateway's own page, not one of the service's problem documents
  }
  if (typeof body?.title !== 'string') return plain;
  return new Problem(body.title, typeof body.detail === 'string' ? body.detail : '', response.status);
}

/**
 * Turn whatever was thrown into a problem that can be shown.
 *
 * @param {unknown} error
 * @returns {Problem}
 */
export function asProblem(error) {
  if (error instanceof Problem) return error;
  return new Problem('This page ran into an error of its own', String(error));
}
