/** Closed: what was resolved, when, whether the log admits how, who did it, and whether it was in time. */
import { html } from '../../app/preact.js';
import { formatAddress, useAddress } from '../../app/address.js';
import { useBoundedList } from '../../app/bounded-list.js';
import { HOW_SERIES, changeKey, changesSpan, closingDayWords, closingDays, closingsSentence, howClosed, timeliness } from '../../app/closings.js';
import { daysUpTo, isDay, newestDay, spanOf } from '../../app/days.js';
import { changeWords, kindWords, reasonWords } from '../../app/finding-words.js';
import { DayBars } from '../charts/day-bars.js';
import { ChartFigure } from '../charts/figure.js';
import { PeriodLinks, daysOfAddress } from '../charts/period.js';
import { Person } from '../names/person.js';
import { Badge, Hour, ProblemBox, Text } from '../widgets/elements.js';
import { Listing } from '../widgets/listing.js';
import { Empty } from '../widgets/notices.js';
import { SubjectName } from '../widgets/subject.js';
import { Tiles } from '../widgets/tiles.js';
import { Proofs } from './proofs.js';

const HOW_TONES = { admitted: 'good', seen: 'plain', open: 'warn', hidden: 'bad' };
const HOW_WORDS = { admitted: 'admitted', seen: 'seen', open: 'not yet', hidden: 'hidden' };
const TIME_WORDS = { in_time: ['good', 'in time'], late: ['bad', 'late'], none: ['plain', 'no deadline'] };

/** @param {import('../views.js').ViewProps} props */
export function Closed(props) {
  const last = newestDay(props.summary);
  return html`<section aria-labelledby="closed-title" data-testid="room-closed">
    <header class="view-head"><div><h2 id="closed-title">Closed</h2>
      <p class="muted">Findings that a later hour no longer shows, and what ended them: the proof that something was done, or that nobody says who did it.</p></div>
      <${PeriodLinks} drop=${['day']} testid="closed-period" /></header>
    ${props.summary !== null && last === null && html`<${Empty} testid="closed-empty" title="No hour is closed yet">What is found and mended from then on stands here.<//>`}
    ${last !== null && html`<${Closings} ...${props} last=${last} />`}
  </section>`;
}

function Closings({ api, orgId, refreshCount, user, last }) {
  const { view, query } = useAddress();
  const days = daysUpTo(last, daysOfAddress(query));
  const from = spanOf(days[0]).from;
  const { to } = spanOf(last);
  const list = useBoundedList(api, '/findings', { state: 'resolved', resolved_from: from, resolved_to: to, org_id: orgId }, refreshCount);
  const hidden = useBoundedList(api, '/changes', { verdict: 'unexplained', ...changesSpan(from, to), org_id: orgId }, refreshCount);
  const unexplained = new Set(hidden.items.map(changeKey));
  const closings = list.items.filter((finding) => finding.resolved_hour).map((finding) => ({ finding, how: howClosed(finding, unexplained) }));
  const chosenDay = isDay(query.day) ? query.day : '';
  const link = (changes) => formatAddress(view, { ...query, ...changes });
  const shown = closings.filter(({ finding, how }) => (chosenDay === '' || finding.resolved_hour.startsWith(chosenDay))
    && (!query.accountable || finding.stated?.accountable === query.accountable) && (!query.how || how === query.how) && (!query.time || timeliness(finding) === query.time));
  const isKnown = list.isWhole && hidden.isWhole;
  const figure = (take) => (isKnown ? closings.filter(take).length : null);
  return html`<${Tiles} label="Closed findings" tiles=${[
      { label: 'Closed', value: figure(() => true), href: link({ how: '', time: '', day: '' }), testid: 'closed-all' },
      { label: 'In time', value: figure(({ finding }) => timeliness(finding) === 'in_time'), tone: 'good', href: link({ time: 'in_time' }), testid: 'closed-in-time' },
      { label: 'Late', value: figure(({ finding }) => timeliness(finding) === 'late'), tone: 'bad', href: link({ time: 'late' }), testid: 'closed-late' },
      { label: 'Hidden', value: figure(({ how }) => how === 'hidden'), tone: 'bad', href: link({ how: 'hidden' }), testid: 'closed-hidden' },
    ]} />
    <${Chart} days=${closingDays(days, closings, isKnown)} sentence=${isKnown ? closingsSentence(closings, days.length) : waiting(list, hidden)}
      chosen=${chosenDay} href=${(day) => link({ day: day === chosenDay ? '' : day })} />
    ${[list, hidden].map((read, index) => read.problem && html`<${ProblemBox} key=${index} problem=${read.problem} retry=${read.readOn} testid="closed-problem" />`)}
    ${(chosenDay || query.how || query.time || query.accountable) && html`<p class="chosen-day" role="status" data-testid="closed-chosen">${chosenWords(chosenDay, query)}${query.accountable
      && html`, of what <${Person} id=${query.accountable} user=${user} /> answers for`}.
      <a href=${link({ day: '', how: '', time: '', accountable: '' })}>All of the period</a></p>`}
    ${list.isWhole && shown.length === 0 && html`<${Empty} testid="closed-none" title="Nothing of this kind was closed">A finding that a later hour no longer shows stands here, with what resolved it.<//>`}
    <${Proofs} api=${api} findings=${shown.map(({ finding }) => finding)} />
    ${shown.length > 0 && html`<${Listing} id="closed" title="Closed findings" rows=${shown.toSorted(newestFirst)} columns=${columnsOf(user)}
      rowId=${({ finding }) => `${finding.org_id} ${finding.finding_id} ${finding.first_seen_hour}`} />`}
    ${[list, hidden].some((read) => read.state === 'ready' && !read.isWhole) && html`<button type="button" data-testid="closed-read-on"
      onClick=${() => [list, hidden].filter((read) => !read.isWhole).forEach((read) => read.readOn())}>Read all of the period</button>`}`;
}

function Chart({ days, sentence, chosen, href }) {
  const heads = ['Day', ...HOW_SERIES.map(({ id }) => HOW_WORDS[id])];
  const rows = days.toReversed().map(({ day, values }) => [day, ...HOW_SERIES.map(({ id }) => (values === null ? 'not known' : values[id]))]);
  return html`<${ChartFigure} title="Closed per day" testid="closed-chart" series=${HOW_SERIES} hasGaps=${days.some(({ values }) => values === null)} sentence=${sentence} heads=${heads} rows=${rows}>
    <${DayBars} testid="closed-bars" label="Findings closed per day; each day leads to its list" days=${days} series=${HOW_SERIES} chosen=${chosen} say=${closingDayWords} href=${href} /><//>`;
}

function waiting(list, hidden) {
  return list.state === 'loading' || hidden.state === 'loading' ? 'Reading…' : 'Not all of the period is read, so nothing is counted.';
}

function chosenWords(day, query) {
  const words = [query.how && (HOW_WORDS[query.how] ?? ''), query.time && (TIME_WORDS[query.time]?.[1] ?? ''), day && `on ${day}`].filter(Boolean);
  return `The list shows only what was closed${words.length > 0 ? ` ${words.join(', ')}` : ''}`;
}

function newestFirst({ finding: a }, { finding: b }) {
  if (a.resolved_hour !== b.resolved_hour) return a.resolved_hour < b.resolved_hour ? 1 : -1;
  return a.finding_id < b.finding_id ? -1 : 1;
}

function columnsOf(user) {
  return [
    { label: 'Closed', kind: 'time', cell: ({ finding }) => html`<${Hour} hour=${finding.resolved_hour} />` },
    { label: 'Finding', cell: ({ finding }) => html`<strong class="finding"><${Text} value=${kindWords(finding.kind)} /></strong>
      <span class="under-badge muted"><${Text} value=${reasonWords(String(finding.reason ?? ''))} /></span>` },
    { label: 'About', cell: ({ finding }) => html`<${SubjectName} item=${finding} />` },
    { label: 'How', cell: ({ finding, how }) => html`<${Badge} tone=${HOW_TONES[how]}>${HOW_WORDS[how]}<//><span class="under-badge muted"><${How} finding=${finding} how=${how} /></span>` },
    { label: 'By', cell: ({ finding }) => html`<${Person} id=${finding.resolved_by?.actor_id} user=${user} />` },
    { label: 'In time', cell: ({ finding }) => html`<${InTime} finding=${finding} user=${user} />` },
  ];
}

function How({ finding, how }) {
  const by = finding.resolved_by;
  if (how === 'admitted') return html`event <a class="id" href=${formatAddress('events', { org_id: finding.org_id, event_id: by.event_id })}><${Text} value=${by.event_id} /></a>`;
  if (how === 'hidden') return html`it was <${Text} value=${changeWords(by.kind)} />, and no event tells of it`;
  if (how === 'open') return html`it was <${Text} value=${changeWords(by.kind)} />; the log does not tell of it so far`;
  return by ? 'a later picture no longer shows it' : 'no longer so; nothing else about it changed';
}

function InTime({ finding, user }) {
  const [tone, text] = TIME_WORDS[timeliness(finding)];
  const accountable = finding.stated?.accountable;
  return html`<${Badge} tone=${tone}>${text}<//>
    ${finding.due_by && html`<span class="under-badge muted unbroken">due <${Text} value=${finding.due_by} /></span>`}
    ${accountable && html`<span class="under-badge"><${Person} id=${accountable} user=${user} /></span>`}`;
}
