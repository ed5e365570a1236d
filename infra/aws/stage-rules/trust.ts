/** Rules about trust: authorizer, origins, proofs. */

import type { Stage } from '../stage.ts';
import {
  broken,
  isDistinct,
  isIntegerBetween,
  isLoopback,
  isPlainHttps,
  type Rule,
} from './rule.ts';

export function trustFaults(stage: Stage): string[] {
  const { origins, proof, authorizer } = stage;
  return broken([
    ...origins.map(
      (origin): Rule => [
        isOrigin(origin, stage.playground),
        `origins: ${origin} is not an exact https origin such as https://app.example.com, nor one of a ` +
          'WebView such as capacitor://localhost',
      ],
    ),
    [isDistinct(origins), 'origins must not repeat one'],
    [/^[\x21-\x7e]{1,200}$/.test(proof.audience), 'proof.audience must be 1–200 characters'],
    [
      isIntegerBetween(proof.lifetimeSeconds, 30, 300),
      'proof.lifetimeSeconds must be a whole number from 30 to 300',
    ],
    [
      authorizer === undefined ||
        isPlainHttps(authorizer.issuer) ||
        (stage.playground && isLoopback(authorizer.issuer)),
      'authorizer.issuer must be an https URL without credentials or fragment',
    ],
    [
      authorizer === undefined ||
        (authorizer.audience.length > 0 && authorizer.audience.every((value) => value !== '')),
      'authorizer.audience must name at least one audience',
    ],
  ]);
}

/** Schemes that are not an app's own, or for which browsers send no `Origin`. */
const FOREIGN_SCHEMES = ['http', 'https', 'ws', 'wss', 'ftp', 'file', 'data', 'blob', 'null'];

/**
 * The `Origin` of an app's WebView: Capacitor, Ionic, Cordova and Tauri each have their own scheme.
 */
function isWebView(text: string): boolean {
  const [, scheme = ''] = /^([a-z][a-z0-9+.-]*):\/\/[a-z0-9]+([.-][a-z0-9]+)*$/.exec(text) ?? [];
  return scheme !== '' && !FOREIGN_SCHEMES.includes(scheme);
}

/**
 * Exactly the form that browsers send as `Origin`. Pages on the developer's machine are allowed
 * only with `playground`.
 */
function isOrigin(text: string, playground: boolean): boolean {
  if (isWebView(text)) return true;
  if (!URL.canParse(text)) return false;
  const url = new URL(text);
  if (url.origin !== text || text.includes('*')) return false;
  return url.protocol === 'https:' || (playground && isLoopback(text));
}
