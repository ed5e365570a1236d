/**
 * JSON that every parser reads in the same way: no duplicate members, no prototype members, bounded
 * depth.
 */

export type JsonObject = Readonly<Record<string, unknown>>;

export type StrictJson =
  | { readonly outcome: 'value'; readonly value: unknown }
  /** Not UTF-8, not JSON (a byte order mark is not allowed), or nested too deeply. */
  | { readonly outcome: 'invalid' }
  /** JSON that two parsers would read differently. */
  | { readonly outcome: 'ambiguous' };

const MAX_DEPTH = 16;
const FORBIDDEN: ReadonlySet<string> = new Set(['__proto__', 'constructor', 'prototype']);

/**
 * Strings (with the colon that makes them member names) and brackets; all else is irrelevant here.
 */
const TOKEN = /("(?:[^"\\]|\\.)*")(\s*:)?|[{}[\]]/g;

/** The caller must have limited the size. */
export function parseStrictJson(bytes: Uint8Array): StrictJson {
  try {
    const text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
    const value: unknown = JSON.parse(text);
    const fault = findFault(text);
    return fault ? { outcome: fault } : { outcome: 'value', value };
  } catch {
    return { outcome: 'invalid' };
  }
}

export function isJsonObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** `text` is valid JSON: a string before a colon is a member of the innermost open object. */
function findFault(text: string): 'invalid' | 'ambiguous' | undefined {
  const open: Set<string>[] = [];
  let isAmbiguous = false;
  for (const [token, literal, colon] of text.matchAll(TOKEN)) {
    if (token === '{' || token === '[') open.push(new Set());
    if (token === '}' || token === ']') open.pop();
    if (open.length > MAX_DEPTH) return 'invalid';
    if (literal === undefined || colon === undefined) continue;
    const name = String(JSON.parse(literal));
    const names = open.at(-1);
    isAmbiguous ||= FORBIDDEN.has(name) || (names?.has(name) ?? false);
    names?.add(name);
  }
  return isAmbiguous ? 'ambiguous' : undefined;
}
