import type { RegionId } from '../security-group';
import type { Endpoint } from './sdk';

/**
 * Reads where calls go. `text` is `host`, `host:port` or a URL without a path; only `http://` means plain
 * HTTP. Without a text, calls go to the region's public endpoint. Throws RangeError.
 */
export function parseEndpoint(regionId: RegionId, text?: string): Endpoint {
  if (text === undefined) return { regionId, protocol: 'HTTPS' };
  const [, scheme = 'https', host] = /^(?:(https?):\/\/)?([^\s/?#@]+)\/?$/i.exec(text) ?? [];
  if (host === undefined) {
    // The text is not repeated: a malformed URL may hold a password.
    throw new RangeError(
      'the ECS endpoint is neither a host nor a URL: write it like ecs.cn-hangzhou.aliyuncs.com ' +
        'or http://127.0.0.1:8080',
    );
  }
  return { regionId, host, protocol: scheme.toLowerCase() === 'http' ? 'HTTP' : 'HTTPS' };
}
