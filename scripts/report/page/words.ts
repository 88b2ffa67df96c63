import type { Totals } from '../timeline';
import { html, type Markup } from './html';

/** A time as people read it, in UTC: `2026-03-01 04:00 UTC`. */
export function longTime(iso: string): string {
  return `${iso.slice(0, 10)} ${iso.slice(11, 16)} UTC`;
}

/** The same as markup, which is not broken into two lines. */
export function timeMark(iso: string): Markup {
  return html`<time datetime="${iso}">${longTime(iso)}</time>`;
}

/** A time for the axis of a chart. */
export function shortTime(iso: string): string {
  return `${iso.slice(5, 10)} ${iso.slice(11, 16)}`;
}

/** The share of compliant groups in percent with one decimal, rounded down: 100 means all of them. */
export function percent({ compliant, groups }: Totals): number {
  return groups === 0 ? 0 : Math.floor((compliant * 1000) / groups) / 10;
}
