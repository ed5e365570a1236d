/** E-mail addresses as people type them. */

import { domainToASCII } from 'node:url';

/** HTML's pattern for an address, as in a browser's field. */
const LOCAL_PART = /^[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]+$/;
/**
 * HTML's pattern with at least two labels, of which the last is not a number, as in an IP address.
 */
const DOMAIN =
  /^(?:[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.)+(?:[A-Za-z]{2,63}|xn--[A-Za-z0-9-]{0,58}[A-Za-z0-9])$/i;

const INTERNATIONAL = /^[\p{L}\p{M}\p{N}.-]+$/u;
const ASCII = /^[\0-\x7f]*$/;

export const MAX_MAILBOX_LENGTH = 254;

/**
 * Returns the address in the one form that is hashed and sent, with a non-ASCII domain converted to
 * ASCII; `undefined` when it is not an address. The conversion would cut a domain at `/`, `#` and
 * `?`, decode `%41` and complete `1.2.3`. So it is called only for letters and digits, and its
 * result is checked.
 */
export function toMailbox(text: string): string | undefined {
  if (text.length > MAX_MAILBOX_LENGTH) return undefined;
  const at = text.lastIndexOf('@');
  const [localPart, typed] = [text.slice(0, Math.max(at, 0)), text.slice(at + 1)];
  const isTyped = !ASCII.test(typed) && INTERNATIONAL.test(typed);
  const domain = isTyped ? domainToASCII(typed) : typed;
  const mailbox = `${localPart}@${domain}`;
  return LOCAL_PART.test(localPart) && DOMAIN.test(domain) && mailbox.length <= MAX_MAILBOX_LENGTH
    ? mailbox
    : undefined;
}
