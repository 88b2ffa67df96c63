import { placeName } from '../../../shared/security-group';
import type { Report } from '../model';
import type { Texts } from '../texts';
import { html, type Markup, NOTHING } from './html';
import { groupName, section, table } from './pieces';
import { longTime } from './words';

/** What could not be told, and why: groups, what runs did not look at, parts without an outcome, and unreadable records. */
export function unknownSection(report: Report, texts: Texts): Markup {
  const { unknown, unseen, interrupted, unreadable } = report;
  const isCertain = unknown.length + unseen.length + interrupted.length + unreadable.length === 0;
  const groups = unknown.map((group) => {
    const [first = texts.notTold, ...rest] = group.reasons;
    return [
      html`${groupName(group)}<br><span class="muted">${group.name}</span>`,
      html`<code>${placeName(group)}</code>`,
      html`<span class="message">${first}</span>${rest.length > 0 ? html`<details><summary>${texts.more(rest.length)}</summary><ul>${rest.map((reason) => html`<li class="message">${reason}</li>`)}</ul></details>` : NOTHING}`,
    ];
  });
  const others = [
    ...unseen.map(
      ({ runId, time, what, reason }) =>
        html`<li><code>${runId}</code>, ${longTime(time)}: ${texts.unseen(what)}: ${reason}</li>`,
    ),
    ...interrupted.map(
      ({ runId, part, time }) =>
        html`<li><code>${runId}</code>, ${longTime(time)}: ${texts.interruptedPart(part)}</li>`,
    ),
    ...unreadable.map(
      ({ key, reason }) => html`<li>${texts.unreadableRecord(key)}: ${reason}</li>`,
    ),
  ];
  return section(
    'unknown',
    texts.sections.unknown,
    html`${isCertain ? html`<p>${texts.nothingUnknown}</p>` : NOTHING}${table(
      texts.sections.unknown,
      [texts.group, texts.region, texts.why],
      groups,
    )}${others.length > 0 ? html`<ul class="plain">${others}</ul>` : NOTHING}`,
  );
}
