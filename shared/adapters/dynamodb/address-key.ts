/**
 * Identifies the caller behind a source address. An IPv6 subscriber has at least a whole /64, so a
 * /64 counts as one caller. Providers assign up to a /48, so for a caller's share of a limit a /48
 * counts as one.
 */

const GROUPS = 8;
const GROUP_BITS = 16;
/** `::ffff:a.b.c.d` is an IPv4 address mapped to IPv6. */
const MAPPED_PREFIX = '0:0:0:0:0:ffff';

/**
 * Returns an IPv4 address unchanged, and an IPv6 address as the groups of its network, in one
 * spelling.
 */
export function addressKey(address: string, networkBits: 48 | 64 = 64): string {
  if (!address.includes(':')) return address;
  const [withoutZone = ''] = address.toLowerCase().split('%');
  const [head = '', tail] = withoutZone.split('::');
  const left = groupsOf(head);
  const right = groupsOf(tail ?? '');
  const zeros = Math.max(0, GROUPS - left.length - right.length);
  const groups = [...left, ...Array<string>(zeros).fill('0'), ...right];
  if (groups.slice(0, 6).join(':') === MAPPED_PREFIX) return toIpv4(groups.slice(6));
  return `${groups.slice(0, networkBits / GROUP_BITS).join(':')}::/${networkBits}`;
}

/** Without leading zeros; a dotted tail stands for two groups. */
function groupsOf(text: string): string[] {
  if (text === '') return [];
  return text.split(':').flatMap((group) => {
    if (!group.includes('.')) return [group.replace(/^0+(?=.)/, '')];
    const [a = 0, b = 0, c = 0, d = 0] = group.split('.').map(Number);
    return [(a * 256 + b).toString(16), (c * 256 + d).toString(16)];
  });
}

function toIpv4(groups: readonly string[]): string {
  return groups
    .map((group) => Number.parseInt(group, 16))
    .flatMap((value) => [value >> 8, value & 0xff])
    .join('.');
}
