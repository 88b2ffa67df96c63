import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Report } from '../model';
import type { Texts } from '../texts';
import { changesSection } from './changes-section';
import { compliantSection } from './compliant-section';
import { exemptionsSection } from './exemptions-section';
import { groupsSection } from './groups-section';
import { html, Markup } from './html';
import { overview } from './overview';
import { trendSection } from './trend-section';
import { unknownSection } from './unknown-section';
import { longTime } from './words';

/** In the order in which they are put together. */
const STYLES = ['base.css', 'overview.css', 'groups.css', 'media.css'];

/**
 * The report as one HTML file that needs nothing else: no network, and for reading it no script. The
 * content security policy lets through this style and this script alone, by their digests.
 */
export function renderPage(report: Report, texts: Texts): string {
  const style = STYLES.map(readBeside).join('');
  const script = readBeside('filters.js');
  const policy = `default-src 'none'; style-src '${digest(style)}'; script-src '${digest(script)}'; base-uri 'none'; form-action 'none'`;
  const sections = [
    changesSection(report, texts),
    unknownSection(report, texts),
    exemptionsSection(report, texts),
    trendSection(report, texts),
    groupsSection(report, texts),
    compliantSection(report, texts),
  ];
  return html`<!doctype html>
<html lang="${texts.language}">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="referrer" content="no-referrer">
<title>${texts.title} – ${longTime(report.asOf)}</title>
<style>${new Markup(style)}</style>
</head>
<body>
<header class="top">
<p class="brand">Palisade</p>
<h1>${texts.title}</h1>
<p class="when">${texts.asOf(longTime(report.asOf))}</p>
</header>
<main>
${overview(report, texts)}
${sections}
</main>
<footer><p>${texts.generated(longTime(report.generatedAt))}</p><p>${texts.footer}</p></footer>
<script>${new Markup(script)}</script>
</body>
</html>
`.text;
}

function readBeside(file: string): string {
  return readFileSync(join(__dirname, file), 'utf8');
}

function digest(text: string): string {
  return `sha256-${createHash('sha256').update(text).digest('base64')}`;
}
