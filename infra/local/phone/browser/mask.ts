/** Hides what is secret in a message before anybody sees it. */

const SECRETS = new Set([
  'client_token',
  'idempotency-key',
  'authorization',
  'sec-websocket-protocol',
  'proof',
]);
const HIDDEN = '••••••';

export function mask(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(mask);
  if (typeof value !== 'object' || value === null) return value;
  const isCoded = !('title' in value) && !('type' in value && value.type === 'error');
  return Object.fromEntries(
    Object.entries(value).map(([name, member]) => [name, maskMember(name, member, isCoded)]),
  );
}

/** @param isCoded whether `code` is one that proves something, not the code of a problem */
function maskMember(name: string, member: unknown, isCoded: boolean): unknown {
  if (SECRETS.has(name) || (name === 'code' && isCoded)) return HIDDEN;
  if (name === 'check_url' && typeof member === 'string') return maskUrl(member);
  return mask(member);
}

/** Where it leads may be seen; what it opens may not. */
export function maskUrl(url: string): string {
  return URL.canParse(url) ? `${new URL(url).origin}/${HIDDEN}` : HIDDEN;
}
