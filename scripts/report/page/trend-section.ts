import type { Report } from '../model';
import { VERDICTS } from '../run-record';
import type { Texts } from '../texts';
import { trendChart } from './charts';
import { html, type Markup } from './html';
import { countCell, section, table, verdictHeadings } from './pieces';
import { percent, timeMark } from './words';

/** How the estate was found and left by the stored runs over it. */
export function trendSection({ trend }: Report, texts: Texts): Markup {
  if (trend.length < 2) {
    return section('trend', texts.sections.trend, html`<p class="muted">${texts.trendOfOne}</p>`);
  }
  const rows = [...trend]
    .reverse()
    .map(({ time, found, left }) => [
      timeMark(time),
      percent(found).toFixed(1),
      percent(left).toFixed(1),
      left.groups,
      ...VERDICTS.map((verdict) => countCell(left[verdict], verdict)),
    ]);
  const headings = [
    texts.time,
    `#${texts.found}`,
    `#${texts.left}`,
    `#${texts.groups}`,
    ...verdictHeadings(texts),
  ];
  return section(
    'trend',
    texts.sections.trend,
    html`${legend(texts)}<div class="scroll chart" role="region" aria-label="${texts.sections.trend}" tabindex="0">${trendChart(trend, texts)}</div>
<details><summary>${texts.asTable}</summary>${table(texts.sections.trend, headings, rows)}</details>`,
  );
}

function legend(texts: Texts): Markup {
  const entry = (name: string, words: string) => html`<li><i class="${name}"></i>${words}</li>`;
  const others = VERDICTS.filter((verdict) => verdict !== 'compliant');
  return html`<ul class="legend" aria-hidden="true">${entry('line compliant', texts.left)}${entry('line dashed', texts.found)}${others.map((verdict) => entry(verdict, texts.verdicts[verdict]))}</ul>
`;
}
