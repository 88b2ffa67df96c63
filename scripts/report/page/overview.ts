import { placeName } from '../../../shared/security-group';
import type { Report } from '../model';
import { VERDICTS } from '../run-record';
import type { Texts } from '../texts';
import { bar, ring } from './charts';
import { html, type Markup, NOTHING } from './html';
import { countCell, section, severityMark, startedBy, table, verdictHeadings } from './pieces';
import { longTime, percent } from './words';

/** How compliant the estate is: the figure, then by region, policy and severity. */
export function overview(report: Report, texts: Texts): Markup {
  const { totals, unseen, interrupted, unreadable, gone } = report;
  if (totals.groups === 0)
    return section('overview', texts.sections.overview, html`<p>${texts.noGroups}</p>`);
  const isIncomplete = unseen.length + interrupted.length + unreadable.length > 0;
  return html`${section(
    'overview',
    texts.sections.overview,
    html`<div class="hero">
<div class="ring">${ring(totals, texts)}<p><strong>${percent(totals)}<small>%</small></strong></p></div>
<div>
<p class="lead">${texts.ofGroupsCompliant(totals.compliant, totals.groups)}</p>
${tiles(report, texts)}</div>
</div>
${isIncomplete ? html`<p class="warning">${texts.incomplete(interrupted.length, unreadable.length, unseen.length)}: <a href="#unknown">${texts.sections.unknown}</a></p>` : NOTHING}
${facts(report, texts)}
${gone.length > 0 ? html`<p class="muted">${texts.gone(gone.length)}</p>` : NOTHING}`,
  )}${section('glance', texts.sections.attention, tables(report, texts))}`;
}

function tiles({ totals, totalsBefore }: Report, texts: Texts): Markup {
  const tile = (verdict: (typeof VERDICTS)[number]) => {
    const change = totalsBefore && texts.sincePrevious(totals[verdict] - totalsBefore[verdict]);
    return html`<li class="${verdict}" title="${texts.meanings[verdict]}"><b>${totals[verdict]}</b><span>${texts.verdicts[verdict]}</span>${change === undefined ? NOTHING : html`<small>${change}</small>`}</li>
`;
  };
  return html`<ul class="tiles">${VERDICTS.map(tile)}</ul>
`;
}

function facts({ run }: Report, texts: Texts): Markup {
  const { runId, endedAt, policyDigest, dryRun } = run;
  return html`<dl class="facts">
<div><dt>${texts.run}</dt><dd><code>${runId}</code>, ${longTime(endedAt)}${dryRun ? ` (${texts.dryRun})` : ''}</dd></div>
<div><dt>${texts.startedBy}</dt><dd>${startedBy(run, texts)}</dd></div>
<div><dt>${texts.policyDigest}</dt><dd><code>${policyDigest.slice(0, 16)}</code></dd></div>
</dl>`;
}

function tables({ regions, policies, severities }: Report, texts: Texts): Markup {
  const share = `${texts.share} %`;
  const byRegion = regions.map(({ totals, ...place }) => [
    html`<code>${placeName(place)}</code>`,
    bar(totals, texts),
    percent(totals).toFixed(1),
    totals.groups,
    ...VERDICTS.map((verdict) => countCell(totals[verdict], verdict)),
  ]);
  const byPolicy = policies.map(({ id, severity, mode, totals }) => [
    html`<span class="policy"><code>${id}</code> ${severityMark(severity, texts)} <span class="muted">${texts.modes[mode]}</span></span>`,
    ...(totals
      ? [
          bar(totals, texts),
          percent(totals).toFixed(1),
          totals.groups,
          ...VERDICTS.map((verdict) => countCell(totals[verdict], verdict)),
        ]
      : Array<string>(3 + VERDICTS.length).fill('–')),
  ]);
  const others = VERDICTS.filter((verdict) => verdict !== 'compliant');
  const bySeverity = severities.map(({ severity, groups, findings }) => [
    severityMark(severity, texts),
    groups,
    ...others.map((verdict) => countCell(findings[verdict], verdict)),
  ]);
  const counts = ['', `#${share}`, `#${texts.groups}`, ...verdictHeadings(texts)];
  return html`<h3>${texts.byPolicy}</h3>${table(texts.byPolicy, [texts.policy, ...counts], byPolicy, 'counts')}
<h3>${texts.byRegion}</h3>${table(texts.byRegion, [texts.region, ...counts], byRegion, 'counts')}
<h3>${texts.bySeverity}</h3>${table(
    texts.bySeverity,
    [
      texts.severity,
      `#${texts.groupsConcerned}`,
      ...others.map((verdict) => `#${texts.findings}: ${texts.verdicts[verdict]}`),
    ],
    bySeverity,
  )}`;
}
