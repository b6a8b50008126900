/** Changes: a bar a day by verdict, and the list behind it; a day chosen is a list of that day. */
import { html, useEffect, useState } from '../../app/preact.js';
import { formatAddress, useAddress } from '../../app/address.js';
import { useBoundedList } from '../../app/bounded-list.js';
import { VERDICT_SERIES, changeDayWords, changeDays, changesSentence, looksByDay } from '../../app/change-days.js';
import { addDays, daysUpTo, isDay, newestDay, spanOf } from '../../app/days.js';
import { Abandoned } from '../../app/problem.js';
import { DayBars } from '../charts/day-bars.js';
import { ChartFigure } from '../charts/figure.js';
import { PeriodLinks, daysOfAddress } from '../charts/period.js';
import { Table } from '../tables/table.js';
import { TABLES } from '../tables/table-kinds.js';
import { ProblemBox } from '../widgets/elements.js';

const MOST_ORGANIZATIONS = 10; // of more, no gap is claimed: one organization has to be chosen

/** @param {import('../views.js').ViewProps} props */
export function Changes(props) {
  const { query } = useAddress();
  const last = newestDay(props.summary);
  const chosen = isDay(query.day) ? query.day : '';
  return html`<${Table} kind=${TABLES.changes} ...${props} fixed=${chosen === '' ? {} : spanOf(chosen)}>
    ${last !== null && html`<${ChangeChart} ...${props} last=${last} chosen=${chosen} />`}
    ${chosen !== '' && html`<p class="chosen-day" role="status" data-testid="changes-day">The list shows ${chosen} only.
      <a href=${formatAddress('changes', { ...query, day: '' })}>All days</a></p>`}
  <//>`;
}

function ChangeChart({ api, organizations, orgId, refreshCount, last, chosen }) {
  const { view, query } = useAddress();
  const days = daysUpTo(last, daysOfAddress(query));
  const span = { from: spanOf(days[0]).from, to: spanOf(last).to };
  const filters = { section: query.section ?? '', verdict: query.verdict ?? '' };
  const list = useBoundedList(api, '/changes', { ...span, ...filters, org_id: orgId }, refreshCount);
  const looks = useLooks(api, organizations, orgId, days, refreshCount);
  const entries = changeDays(days, list.items, list.isWhole, looks);
  const isReady = list.state !== 'loading' || list.items.length > 0;
  return html`<${ChartFigure} title="Changes per day" testid="changes-chart" series=${VERDICT_SERIES} hasGaps=${entries.some((entry) => entry.values === null)}
      sentence=${isReady ? `${changesSentence(entries)}${filters.section || filters.verdict ? ' Counted with the filters above.' : ''}` : 'Reading…'}
      heads=${['Day', 'Explained', 'Cannot tell', 'Unexplained', 'Note']} rows=${entries.toReversed().map(tableRow)}
      tools=${html`<${PeriodLinks} drop=${['day']} testid="changes-period" />`}>
    <${DayBars} testid="changes-bars" label="Changes per day; each day leads to its list" days=${entries} series=${VERDICT_SERIES} chosen=${chosen} say=${changeDayWords}
      href=${(day) => formatAddress(view, { ...query, day: day === chosen ? '' : day })} />
    ${list.problem && html`<${ProblemBox} problem=${list.problem} retry=${list.readOn} testid="changes-chart-problem" />`}
    ${list.state === 'ready' && !list.isWhole && html`<p>The newest ${list.items.length.toLocaleString('en-US')} changes are counted.
      <button type="button" class="small" data-testid="changes-read-on" onClick=${list.readOn}>Count further back</button></p>`}
  <//>`;
}

function tableRow({ day, values, note }) {
  const figures = values === null ? ['not known', 'not known', 'not known'] : [values.explained, values.cannot_tell, values.unexplained];
  return [day, ...figures, note ?? ''];
}

/** Whether anybody looked, hour by hour, at the organizations shown; null until all are read. */
function useLooks(api, organizations, orgId, days, refreshCount) {
  const [looks, setLooks] = useState(null);
  const ids = (organizations ?? []).map((organization) => organization.org_id).filter((id) => orgId === '' || id === orgId);
  const query = { from: days[0], to: addDays(days.at(-1), 1), limit: '100' };
  const key = JSON.stringify([ids, query]);
  useEffect(() => {
    const abort = new AbortController();
    setLooks(null);
    if (ids.length > MOST_ORGANIZATIONS) return undefined;
    Promise.all(ids.map((id) => api.get(`/orgs/${encodeURIComponent(id)}/days`, query, abort.signal))).then(
      (pages) => setLooks(looksByDay(pages.flatMap((page) => page.items))),
      (error) => { if (!(error instanceof Abandoned)) setLooks(null); }, // without it no gap is claimed
    );
    return () => abort.abort();
  }, [api, key, refreshCount]);
  return looks;
}
