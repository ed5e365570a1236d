/** The options of a command: what each one takes, and what its values are. */

import { parseArgs } from 'node:util';
import { UsageError } from './usage-error.ts';

export interface Option<Value> {
  readonly takesValue: boolean;
  /** @param text undefined: not given. @throws UsageError, whose message begins with the verb */
  readonly read: (text: string | undefined) => Value;
}

export type Options = Readonly<Record<string, Option<unknown>>>;
export type Values<Given extends Options> = {
  readonly [Name in keyof Given]: Given[Name] extends Option<infer Value> ? Value : never;
};

export interface Arguments<Given extends Options> {
  readonly values: Values<Given>;
  readonly positionals: readonly string[];
}

export function flag(): Option<boolean> {
  return { takesValue: false, read: (text) => text !== undefined };
}

export function text(): Option<string | undefined>;
export function text(fallback: string): Option<string>;
export function text(fallback?: string): Option<string | undefined> {
  return {
    takesValue: true,
    read: (given) => {
      if (given === '') throw new UsageError('must not be empty');
      return given ?? fallback;
    },
  };
}

export interface Range {
  readonly min: number;
  readonly max: number;
}

/** A whole number. */
export function integer(range: Range): Option<number | undefined>;
export function integer(range: Range, fallback: number): Option<number>;
export function integer({ min, max }: Range, fallback?: number): Option<number | undefined> {
  return {
    takesValue: true,
    read: (given) => {
      if (given === undefined) return fallback;
      const value = Number(given);
      if (/^-?\d+$/.test(given) && value >= min && value <= max) return value;
      throw new UsageError(`must be a whole number from ${min} to ${max}`);
    },
  };
}

export function choice<const Name extends string>(names: readonly Name[]): Option<Name | undefined>;
export function choice<const Name extends string>(
  names: readonly Name[],
  fallback: Name,
): Option<Name>;
export function choice<const Name extends string>(
  names: readonly Name[],
  fallback?: Name,
): Option<Name | undefined> {
  return {
    takesValue: true,
    read: (given) => {
      if (given === undefined) return fallback;
      const known = names.find((name) => name === given);
      if (known === undefined) throw new UsageError(`must be one of ${names.join(', ')}`);
      return known;
    },
  };
}

/**
 * @param maxPositionals how many arguments without a name the command takes
 * @throws UsageError for what it does not know
 */
export function readArguments<Given extends Options>(
  argv: readonly string[],
  options: Given,
  maxPositionals: number,
): Arguments<Given> {
  const { given, positionals } = parse(argv, options);
  const [tooMuch] = positionals.slice(maxPositionals);
  if (tooMuch !== undefined) throw new UsageError(`the argument ${tooMuch} is not understood`);
  const values = Object.entries(options).map(([name, option]) => [
    name,
    readOption(name, option, given.get(name)),
  ]);
  return { values: Object.fromEntries(values), positionals };
}

function readOption(name: string, { read }: Option<unknown>, given: string | undefined): unknown {
  try {
    return read(given);
  } catch (cause) {
    if (!(cause instanceof UsageError)) throw cause;
    throw new UsageError(`--${name} ${cause.message}`, { cause });
  }
}

function parse(
  argv: readonly string[],
  options: Options,
): {
  readonly given: ReadonlyMap<string, string>;
  readonly positionals: readonly string[];
} {
  const { tokens } = parseArgs({
    args: [...argv],
    allowPositionals: true,
    strict: false,
    tokens: true,
    options: Object.fromEntries(
      Object.entries(options).map(([name, { takesValue }]) => [
        name,
        { type: takesValue ? 'string' : 'boolean' } as const,
      ]),
    ),
  });
  const given = new Map<string, string>();
  const positionals: string[] = [];
  for (const token of tokens) {
    if (token.kind === 'positional') positionals.push(token.value);
    if (token.kind !== 'option') continue;
    const option = options[token.name];
    if (!option) throw new UsageError(`the option ${token.rawName} is not known`);
    if (given.has(token.name)) throw new UsageError(`${token.rawName} is given twice`);
    // `--outputs --dry-run` forgets a value; one that begins with dashes is written with `=`.
    const isForgotten = !token.inlineValue && token.value?.startsWith('--');
    if (option.takesValue && (token.value === undefined || isForgotten)) {
      throw new UsageError(`${token.rawName} needs a value`);
    }
    if (!option.takesValue && token.value !== undefined) {
      throw new UsageError(`${token.rawName} takes no value`);
    }
    given.set(token.name, token.value ?? '');
  }
  return { given, positionals };
}
