/** What a report can be written as. */
export const FORMATS = ['html', 'json', 'csv', 'sarif', 'ocsf'] as const;
export type Format = (typeof FORMATS)[number];

/** Languages that the page can be written in. What findings say is English in all of them. */
export const LANGUAGES = ['en', 'zh'] as const;
export type Language = (typeof LANGUAGES)[number];
