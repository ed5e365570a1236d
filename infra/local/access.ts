/**
 * Decides who may call a port of the local stack. A web page of a foreign site can also reach this
 * machine, by a name that points here (DNS rebinding) or across origins. Requests of curl, apps and
 * functions have neither a foreign `Host` nor an `Origin`.
 */

import type { IncomingMessage } from 'node:http';
import { isIP } from 'node:net';

export interface Access {
  /**
   * Host names that are allowed in addition to `localhost` and IP literals; lower case, without a
   * port.
   */
  readonly hosts: readonly string[];
  /** Web origins whose pages may use the stack. */
  readonly origins: readonly string[];
}

export const NO_MORE_ACCESS: Access = { hosts: [], origins: [] };

/**
 * @returns the status that refuses the request: 400 for an odd request line, 403 for a foreign host
 */
export function refusalOf(request: IncomingMessage, { hosts }: Access): 400 | 403 | undefined {
  const given = request.rawHeaders.filter(
    (name, index) => index % 2 === 0 && name.toLowerCase() === 'host',
  );
  if (!isPlainTarget(request.url ?? '') || given.length !== 1) return 400;
  return isKnownHost(request.headers.host ?? '', hosts) ? undefined : 403;
}

/** True also without `Origin`: the request then comes from a program, or opens a page. */
export function isTrustedOrigin({ headers }: IncomingMessage, origins: readonly string[]): boolean {
  return headers.origin === undefined || origins.includes(headers.origin);
}

/** Origins of pages next to the API, under both of its names. */
export function toPageOrigins(httpApi: string): readonly string[] {
  return [httpApi, httpApi.replace('127.0.0.1', 'localhost')];
}

/** Whether a path begins with one slash, can be decoded, and forms a URL with its query. */
function isPlainTarget(target: string): boolean {
  const [path = ''] = target.split('?');
  if (!/^\/(?![/\\])/.test(target) || !URL.canParse(target, 'http://local')) return false;
  try {
    decodeURIComponent(path);
    return true;
  } catch {
    return false; // a stray percent sign
  }
}

function isKnownHost(host: string, hosts: readonly string[]): boolean {
  const [, bracketed, plain = ''] = /^(?:\[([^\]]*)\]|([^:]*))(?::\d{1,5})?$/.exec(host) ?? [];
  if (bracketed !== undefined) return isIP(bracketed) === 6;
  const name = plain.toLowerCase();
  return name === 'localhost' || isIP(name) === 4 || hosts.includes(name);
}
