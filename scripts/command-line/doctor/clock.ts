import { type CheckResult, failed, ok, warning } from './check';

/** A signature is refused when its time is further from the server's (request signature page). */
const MOST_APART_MS = 15 * 60 * 1000;
const NOTABLE_MS = 60 * 1000;

/**
 * Compares this machine's clock with the Date header of a server, whatever else it answers. `now` gives
 * milliseconds since 1970.
 */
export async function checkClock(
  url: string,
  now: () => number,
  timeoutMs: number,
): Promise<CheckResult> {
  const sent = now();
  let date: string | null;
  try {
    const signal = AbortSignal.timeout(timeoutMs);
    const { headers } = await fetch(url, { method: 'HEAD', redirect: 'manual', signal });
    date = headers.get('date');
  } catch {
    return failed(
      `no answer from ${new URL(url).host}`,
      'check the network and the name server, or point elsewhere with --endpoint',
    );
  }
  const server = Date.parse(date ?? '');
  if (Number.isNaN(server)) {
    return warning(
      `${new URL(url).host} does not say what time it is`,
      'check that nothing stands between, and compare the clock by hand',
    );
  }
  // The header leaves fractions of a second out, and half of the way is behind it.
  const apart = Math.round((sent + now()) / 2 - (server + 500));
  const seconds = Math.round(Math.abs(apart) / 1000);
  const saw =
    seconds <= 1
      ? 'as the server has it'
      : `${seconds} seconds ${apart > 0 ? 'ahead of' : 'behind'} the server`;
  const fix =
    'set the clock, such as by turning on network time; signatures fail beyond 15 minutes';
  if (Math.abs(apart) > MOST_APART_MS) return failed(saw, fix);
  return Math.abs(apart) > NOTABLE_MS ? warning(saw, fix) : ok(saw);
}
