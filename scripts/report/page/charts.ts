import { type EChartsCoreOption, init } from 'echarts';
import type { TrendPoint } from '../model';
import { VERDICTS } from '../run-record';
import type { Texts } from '../texts';
import type { Totals } from '../timeline';
import { html, Markup, NOTHING } from './html';
import { percent, shortTime } from './words';

/** How groups stand, as a ring. */
export function ring(totals: Totals, texts: Texts): Markup {
  const data = VERDICTS.filter((verdict) => totals[verdict] > 0).map((verdict) => ({
    value: totals[verdict],
    itemStyle: { color: `var(--${verdict})` },
  }));
  const parts = VERDICTS.filter((verdict) => totals[verdict] > 0)
    .map((verdict) => texts.counted(totals[verdict], verdict))
    .join(', ');
  return draw(180, 180, texts.ring(parts), {
    series: [
      {
        type: 'pie',
        radius: ['80%', '100%'],
        startAngle: 90,
        padAngle: data.length > 1 ? 1.5 : 0,
        // A single group among thousands would be too thin to see.
        minAngle: 4,
        silent: true,
        label: { show: false },
        labelLine: { show: false },
        data,
      },
    ],
  });
}

/** How groups stand, as a bar for a table. */
export function bar(totals: Totals, texts: Texts): Markup {
  if (totals.groups === 0) return NOTHING;
  const shown = VERDICTS.filter((verdict) => totals[verdict] > 0);
  const parts = shown.map((verdict) => texts.counted(totals[verdict], verdict)).join(', ');
  return draw(160, 10, texts.ring(parts), {
    grid: { left: 0, right: 0, top: 0, bottom: 0 },
    xAxis: { type: 'value', show: false, max: totals.groups },
    yAxis: { type: 'category', show: false, data: [''] },
    series: shown.map((verdict) => ({
      type: 'bar',
      stack: 'groups',
      silent: true,
      barWidth: 10,
      itemStyle: { color: `var(--${verdict})` },
      data: [totals[verdict]],
    })),
  });
}

/** The share of compliant groups over some runs, and how many were not compliant. */
export function trendChart(points: readonly TrendPoint[], texts: Texts): Markup {
  const label = { color: 'var(--muted)', fontSize: 12 };
  const times = points.map(({ time }) => shortTime(time));
  const shares = (which: 'found' | 'left') => points.map((point) => percent(point[which]));
  const lowest = Math.min(...shares('found'), ...shares('left'));
  const axis = { type: 'category', data: times, axisTick: { show: false } };
  const value = {
    type: 'value',
    splitNumber: 3,
    minInterval: 1,
    axisLabel: label,
    splitLine: { lineStyle: { color: 'var(--line)' } },
    nameTextStyle: { ...label, align: 'left' },
    nameGap: 14,
  };
  const line = { type: 'line', silent: true, clip: false, symbol: 'circle', symbolSize: 6 };
  return draw(1040, 336, texts.trendLabel(points.length), {
    grid: [
      { left: 48, right: 16, top: 28, height: 140 },
      { left: 48, right: 16, top: 216, height: 84 },
    ],
    xAxis: [
      { ...axis, axisLabel: { show: false }, axisLine: { lineStyle: { color: 'var(--line)' } } },
      {
        ...axis,
        gridIndex: 1,
        axisLabel: { ...label, hideOverlap: true },
        axisLine: { lineStyle: { color: 'var(--line)' } },
      },
    ],
    yAxis: [
      { ...value, name: '%', min: Math.floor(lowest / 20) * 20, max: 100 },
      { ...value, gridIndex: 1, name: texts.notCompliant },
    ],
    series: [
      {
        ...line,
        data: shares('left'),
        lineStyle: { color: 'var(--compliant)', width: 2 },
        itemStyle: { color: 'var(--compliant)' },
      },
      {
        ...line,
        data: shares('found'),
        symbol: 'diamond',
        lineStyle: { color: 'var(--muted)', width: 1.5, type: 'dashed' },
        itemStyle: { color: 'var(--muted)' },
      },
      ...VERDICTS.filter((verdict) => verdict !== 'compliant').map((verdict) => ({
        type: 'bar',
        stack: 'groups',
        silent: true,
        xAxisIndex: 1,
        yAxisIndex: 1,
        barMaxWidth: 24,
        itemStyle: { color: `var(--${verdict})` },
        data: points.map(({ left }) => left[verdict]),
      })),
    ],
  });
}

/** Draws on the server, and leaves out what a strict content security policy would not let through. */
function draw(width: number, height: number, label: string, option: EChartsCoreOption): Markup {
  const chart = init(null, null, { renderer: 'svg', ssr: true, width, height });
  try {
    chart.setOption({ animation: false, textStyle: { fontFamily: 'inherit' }, ...option });
    const content = chart
      .renderToSVGString()
      .replace(/^<svg[^>]*>|<\/svg>\s*$/g, '')
      .replace(/<style[\s\S]*?<\/style>/g, '')
      .replace(/ (?:class|pointer-events|ecmeta_\w+)="[^"]*"/g, '')
      .replace(/ style="([^"]*)"/g, (_match, style: string) =>
        style.replace(/([\w-]+):([^;"]*);?/g, ' $1="$2"'),
      );
    return html`<svg viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img" aria-label="${label}">${new Markup(content)}</svg>`;
  } finally {
    chart.dispose();
  }
}
