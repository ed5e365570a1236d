/** Decides which check_url may reach a handset: the app opens it without asking the user (T13). */

const MAX_LENGTH = 2048;

/** The characters of RFC 3986 without `#`: no space, control character, quote or backslash. */
const URL_CHARACTERS = /^[A-Za-z0-9\-._~:/?[\]@!$&'()*+,;=%]+$/;
const LOOPBACK: readonly string[] = ['127.0.0.1', 'localhost', '[::1]'];
const IP_ADDRESS = /^(\[.*\]|[0-9.]+)$/;

/**
 * `hosts`: suffixes (`.vonage.com`: https on the default port) or whole origins
 * (`http://127.0.0.1:3002`; http for loopback only).
 */
export function isAllowedCheckUrl(url: string, hosts: readonly string[]): boolean {
  if (url.length > MAX_LENGTH || !URL_CHARACTERS.test(url) || !URL.canParse(url)) return false;
  const parsed = new URL(url);
  // The URL must be spelled as this parser prints it, so that no other parser finds another host.
  if (url !== parsed.origin && !url.startsWith(`${parsed.origin}/`)) return false;
  return hosts.some((host) =>
    host.includes('://') ? isOfOrigin(parsed, host) : isOfHost(parsed, host),
  );
}

function isOfOrigin({ origin, protocol, hostname }: URL, allowed: string): boolean {
  if (!URL.canParse(allowed) || new URL(allowed).origin !== origin) return false;
  return protocol === 'https:' || (protocol === 'http:' && LOOPBACK.includes(hostname));
}

function isOfHost({ protocol, hostname, port }: URL, allowed: string): boolean {
  if (protocol !== 'https:' || port !== '' || IP_ADDRESS.test(hostname)) return false;
  return allowed.startsWith('.') ? hostname.endsWith(allowed) : hostname === allowed;
}
