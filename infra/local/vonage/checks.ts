/** Checks of single members of a body. */

export type Members = Readonly<Record<string, unknown>>;
export type Check = (value: unknown) => boolean;

export function isMembers(value: unknown): value is Members {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

export function isBoolean(value: unknown): boolean {
  return typeof value === 'boolean';
}

export function isUrl(value: unknown): boolean {
  return typeof value === 'string' && URL.canParse(value);
}

export function oneOf(...values: readonly string[]): Check {
  return (value) => typeof value === 'string' && values.includes(value);
}

export function integer(least: number, most: number): Check {
  return (value) => Number.isInteger(value) && Number(value) >= least && Number(value) <= most;
}

export function text(least: number, most: number, pattern = /^/): Check {
  return (value) =>
    typeof value === 'string' &&
    value.length >= least &&
    value.length <= most &&
    pattern.test(value);
}
