/** The last 90 days as lines on a grid of 0 to 1, and in a sentence. A day that nobody knows is a gap, never a zero. */

/**
 * @typedef {{day: string, opened: number | null, resolved: number | null, open: number | null}} TrendDay
 */

const STEPS = [1, 1.5, 2, 3, 4, 5, 6, 8];

/**
 * @param {(number | null)[]} values
 * @returns {number} a round figure that none of them is above; 1 at least
 */
export function ceiling(values) {
  const highest = Math.max(1, ...values.filter(isKnown));
  for (let unit = 1; ; unit *= 10) {
    const step = STEPS.find((each) => each * unit >= highest && Number.isInteger(each * unit));
    if (step !== undefined) return step * unit;
  }
}

/**
 * @param {(number | null)[]} values a day each
 * @param {number} top what stands at the upper edge
 * @param {{width: number, height: number}} size
 * @returns {{line: string, area: string}[]} paths, one for each run of days that are known
 */
export function runs(values, top, { width, height }) {
  const step = width / values.length;
  const paths = [];
  for (let first = 0; first < values.length; first += 1) {
    if (!isKnown(values[first])) continue;
    let last = first;
    while (last + 1 < values.length && isKnown(values[last + 1])) last += 1;
    const points = values.slice(first, last + 1).map((value, index) => `${round((first + index + 0.5) * step)} ${round(height - (value / top) * height)}`);
    // A day alone is a line, too: as wide as the day.
    if (first === last) points.push(`${round((first + 1) * step)} ${points[0].split(' ')[1]}`);
    const [from] = points[0].split(' ');
    const [to] = points.at(-1).split(' ');
    paths.push({ line: `M${points.join('L')}`, area: `M${from} ${height}L${points.join('L')}L${to} ${height}Z` });
    first = last;
  }
  return paths;
}

/**
 * @param {TrendDay[]} trend oldest first
 * @returns {string}
 */
export function trendSentence(trend) {
  const known = trend.filter((day) => isKnown(day.open));
  if (known.length === 0) return 'No day of the last 90 was looked at yet.';
  const first = known[0];
  const last = known.at(-1);
  const direction = last.open > first.open ? 'up from' : last.open < first.open ? 'down from' : 'as many as';
  const gaps = trend.length - known.length;
  const then = first === last ? 'the only day that is known' : `${direction} ${first.open} on ${first.day}`;
  const parts = [
    `${last.open} open on ${last.day}, ${then}`,
    `${sum(trend, 'opened')} were found and ${sum(trend, 'resolved')} closed in between`,
  ];
  if (gaps > 0) parts.push(gaps === 1 ? '1 day is not known' : `${gaps} days are not known`);
  return `${parts.join('; ')}.`;
}

function sum(trend, name) {
  return trend.reduce((total, day) => total + (isKnown(day[name]) ? day[name] : 0), 0);
}

function isKnown(value) {
  return typeof value === 'number';
}

function round(value) {
  return Math.round(value * 100) / 100;
}
