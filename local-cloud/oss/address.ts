import type { WireRequest } from '../wire/http';
import { invalidObjectName } from './errors';

/** The resource that a request addresses by its host and path. */
export interface Address {
  /** Absent when the request is for the service itself. */
  readonly bucket?: string;
  /** Region that the host names, if it names one. */
  readonly regionId?: string;
  /** Still percent-encoded; empty when the request is for the bucket. */
  readonly encodedKey: string;
}

const SERVICE_HOST = /^oss-([a-z0-9-]+?)(?:-internal)?\.aliyuncs\.com$/;
const BARE_HOST = /^(localhost|\d{1,3}(\.\d{1,3}){3}|\[[0-9a-f:]+\])?$/;

/**
 * Reads either style: `BUCKET.HOST/KEY`, as on the Internet, or `HOST/BUCKET/KEY` where the host is an
 * IP address or the service's own.
 */
export function addressOf({ headers, path }: WireRequest): Address {
  const host = (headers.host ?? '').toLowerCase().replace(/:\d+$/, '');
  const [, label = '', rest = ''] = /^([^.]+)\.(.+)$/.exec(host) ?? [];
  const isService = SERVICE_HOST.test(host);
  const regionId = SERVICE_HOST.exec(isService ? host : rest)?.[1];
  const region = regionId === undefined ? {} : { regionId };
  if (label !== '' && !isService && !BARE_HOST.test(host)) {
    return { bucket: label, encodedKey: path.slice(1), ...region };
  }
  const [, bucket = '', encodedKey = ''] = /^\/([^/]*)\/?(.*)$/s.exec(path) ?? [];
  return { ...(bucket !== '' && { bucket }), encodedKey, ...region };
}

/**
 * The key itself; empty for a bucket.
 * @throws ApiError InvalidObjectName unless it has 1 to 1023 bytes and begins with no slash ("Object
 *   naming conventions" page)
 */
export function decodeKey({ encodedKey }: Address): string {
  let key: string;
  try {
    key = decodeURIComponent(encodedKey);
  } catch {
    throw invalidObjectName();
  }
  if (/^[/\\]/.test(key) || Buffer.byteLength(key) > 1023) throw invalidObjectName();
  return key;
}
