/** The words of the page, a file for each language. */
import type { Language } from '../choices';
import { chinese } from './chinese';
import { english } from './english';
import type { Texts } from './texts';

export type { Texts } from './texts';

export const TEXTS: Readonly<Record<Language, Texts>> = { en: english, zh: chinese };
