/** The form of a stage's rules, and conditions that they share. */

/** A list of rules: each is a fault when its condition does not hold. */
export type Rule = readonly [holds: boolean, fault: string];

export function broken(rules: readonly Rule[]): string[] {
  return rules.filter(([holds]) => !holds).map(([, fault]) => fault);
}

export function isIntegerBetween(value: number | undefined, least: number, most: number): boolean {
  return Number.isInteger(value) && value !== undefined && value >= least && value <= most;
}

export function isDistinct(values: readonly string[]): boolean {
  return new Set(values).size === values.length;
}

export function isPlainHttps(text: string): boolean {
  if (!URL.canParse(text) || text.includes('#')) return false;
  const url = new URL(text);
  return url.protocol === 'https:' && url.username === '' && url.password === '';
}

/** An http address of the machine itself. */
export function isLoopback(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const { protocol, hostname } = new URL(text);
  return protocol === 'http:' && ['localhost', '127.0.0.1', '[::1]'].includes(hostname);
}
