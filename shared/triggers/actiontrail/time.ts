const TIME = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2}(\.\d{1,9})?)?(?<zone>Z|[+-]\d{2}:?\d{2})?$/;

/**
 * A time as UTC, such as `2027-03-31T06:00:00.000Z`, or undefined if the text is not one. Without a zone
 * it is UTC, as ActionTrail documents eventTime; the envelope's time may carry another zone.
 */
export function utcTime(text: string | undefined): string | undefined {
  const match = TIME.exec(text ?? '');
  if (!match) return undefined;
  const milliseconds = Date.parse(match.groups?.zone ? match[0] : `${match[0]}Z`);
  if (Number.isNaN(milliseconds)) return undefined;
  const utc = new Date(milliseconds).toISOString();
  // A zone can push the first and the last year out of the four digits.
  return /^\d{4}-/.test(utc) ? utc : undefined;
}
