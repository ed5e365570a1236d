/** One spelling for each mailbox, so that its limit cannot be spent once per spelling (T25). */

/**
 * Mail domains, each with the main domain of its provider and the characters that the provider
 * ignores in a local part.
 */
const PROVIDERS: Readonly<Record<string, { readonly domain: string; readonly ignored: RegExp }>> = {
  'gmail.com': { domain: 'gmail.com', ignored: /\./g },
  'googlemail.com': { domain: 'gmail.com', ignored: /\./g },
  'proton.me': { domain: 'proton.me', ignored: /[._-]/g },
  'protonmail.com': { domain: 'proton.me', ignored: /[._-]/g },
  'pm.me': { domain: 'proton.me', ignored: /[._-]/g },
};

/** For counting only: mail goes to the address as it was written. */
export function canonicalMailbox(email: string): string {
  const at = email.lastIndexOf('@');
  const written = email.slice(0, at).toLowerCase();
  const [untagged = ''] = written.split('+');
  const name = untagged === '' ? written : untagged;
  const domain = email.slice(at + 1).toLowerCase();
  const provider = PROVIDERS[domain];
  return provider
    ? `${name.replace(provider.ignored, '')}@${provider.domain}`
    : `${name}@${domain}`;
}
