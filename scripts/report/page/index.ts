/**
 * The report as a page: one self-contained HTML file, its style, its small script and its charts. All text
 * goes through the escaping template of html.ts.
 */
export { renderPage } from './page';
