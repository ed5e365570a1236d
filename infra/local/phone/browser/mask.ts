/** Masks the secrets of a message before the page shows it. */

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

/** @param isCoded whether `code` is a secret and not the code of a problem */
function maskMember(name: string, member: unknown, isCoded: boolean): unknown {
  if (SECRETS.has(name) || (name === 'code' && isCoded)) return HIDDEN;
  if (name === 'check_url' && typeof member === 'string') return maskUrl(member);
  return mask(member);
}

/** Keeps origin and path; masks the part that opens a verification. */
export function maskUrl(url: string): string {
  return URL.canParse(url) ? `${new URL(url).origin}/${HIDDEN}` : HIDDEN;
}
