import { placeName } from '../../../shared/security-group';
import type { Report } from '../model';
import type { Texts } from '../texts';
import { html, type Markup } from './html';
import { section } from './pieces';

/** The ids of the compliant groups by region. */
export function compliantSection({ compliant }: Report, texts: Texts): Markup {
  const regions = compliant.filter(({ groups }) => groups.length > 0);
  return section(
    'compliant',
    texts.sections.compliant,
    regions.length === 0
      ? html`<p>${texts.noneCompliant}</p>`
      : regions.map(
          ({ groups, ...place }) =>
            html`<details class="ids" data-region="${placeName(place)}"><summary><code>${placeName(place)}</code> <span class="muted">${groups.length}</span></summary><ul>${groups.map((id) => html`<li>${id}</li>`)}</ul></details>
`,
        ),
  );
}
