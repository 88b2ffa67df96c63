import type { RegionId } from '../security-group';
import type { Endpoint } from './sdk';

/** This machine, which no certificate names: a local cloud. */
const LOOPBACK = /^(localhost|127(\.\d{1,3}){3}|\[::1\])(:\d+)?$/i;

/**
 * Reads where calls go. `text` is `host`, `host:port` or a URL without a path. `http://` means plain HTTP,
 * and so does a loopback host without a scheme. Without a text, calls go to the region's public endpoint. Throws RangeError.
 */
export function parseEndpoint(regionId: RegionId, text?: string, product = 'ECS'): Endpoint {
  if (text === undefined) return { regionId, protocol: 'HTTPS' };
  const [, scheme, host] = /^(?:(https?):\/\/)?([^\s/?#@]+)\/?$/i.exec(text) ?? [];
  if (host === undefined || Number(/:(\d+)$/.exec(host)?.[1] ?? 0) > 65_535) {
    // The text is not repeated: a malformed URL may hold a password.
    throw new RangeError(
      `the ${product} endpoint is neither a host nor a URL: write it like ` +
        `${product.toLowerCase()}.cn-hangzhou.aliyuncs.com or http://127.0.0.1:8080`,
    );
  }
  const isPlain = scheme ? scheme.toLowerCase() === 'http' : LOOPBACK.test(host);
  return { regionId, host, protocol: isPlain ? 'HTTP' : 'HTTPS' };
}
