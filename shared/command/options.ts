/** The options of a command and the types of their values. */

import { parseArgs } from 'node:util';
import { UsageError } from './usage-error.ts';

export interface Option<Value> {
  readonly takesValue: boolean;
  /** @default false */
  readonly isRepeatable?: boolean;
  /** One letter. */
  readonly short?: string;
  /** @param given nothing: not given. @throws UsageError, whose message begins with the verb */
  readonly read: (given: readonly string[]) => Value;
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
  return { takesValue: false, read: (given) => given.length > 0 };
}

export function text(): Option<string | undefined>;
export function text(fallback: string): Option<string>;
export function text(fallback?: string): Option<string | undefined> {
  return { takesValue: true, read: ([given]) => given ?? fallback };
}

/** May be given several times. */
export function texts(short?: string): Option<readonly string[]> {
  return {
    takesValue: true,
    isRepeatable: true,
    ...(short !== undefined && { short }),
    read: (given) => given,
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
    read: ([given]) => {
      if (given === undefined) return fallback;
      if (isWithin(given, min, max)) return Number(given);
      throw new UsageError(`must be a whole number from ${min} to ${max}`);
    },
  };
}

/** Several whole numbers, with commas. */
export function integers({ min, max }: Range): Option<readonly number[] | undefined> {
  return {
    takesValue: true,
    read: ([given]) => {
      const items = given?.split(',');
      if (items?.every((item) => isWithin(item, min, max)) === false) {
        throw new UsageError(`must be whole numbers from ${min} to ${max}, with commas`);
      }
      return items?.map(Number);
    },
  };
}

function isWithin(text: string, min: number, max: number): boolean {
  return /^-?\d+$/.test(text) && Number(text) >= min && Number(text) <= max;
}

export function choice<const Name extends string>(
  names: readonly Name[],
): Option<Name | undefined> {
  return {
    takesValue: true,
    read: ([given]) => (given === undefined ? undefined : pick(given, names)),
  };
}

/** Several of them, with commas. */
export function choices<const Name extends string>(
  names: readonly Name[],
): Option<readonly Name[] | undefined> {
  return {
    takesValue: true,
    read: ([given]) => given?.split(',').map((each) => pick(each, names)),
  };
}

function pick<Name extends string>(given: string, names: readonly Name[]): Name {
  const known = names.find((name) => name === given);
  if (known !== undefined) return known;
  throw new UsageError(`must be one of ${names.join(', ')}`);
}

/**
 * @param maxPositionals how many arguments without a name the command takes
 * @throws UsageError for an unknown option, a wrong value or an argument too many
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
    readOption(name, option, given.get(name) ?? []),
  ]);
  return { values: Object.fromEntries(values), positionals };
}

function readOption(name: string, { read }: Option<unknown>, given: readonly string[]): unknown {
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
  readonly given: ReadonlyMap<string, readonly string[]>;
  readonly positionals: readonly string[];
} {
  const { tokens } = parseArgs({
    args: [...argv],
    allowPositionals: true,
    strict: false,
    tokens: true,
    options: Object.fromEntries(
      Object.entries(options).map(([name, { takesValue, short }]) => [
        name,
        {
          type: takesValue ? ('string' as const) : ('boolean' as const),
          ...(short !== undefined && { short }),
        },
      ]),
    ),
  });
  const given = new Map<string, readonly string[]>();
  const positionals: string[] = [];
  for (const token of tokens) {
    if (token.kind === 'positional') positionals.push(token.value);
    if (token.kind !== 'option') continue;
    const { name, rawName, value, inlineValue } = token;
    const option = Object.hasOwn(options, name) ? options[name] : undefined;
    if (!option) throw new UsageError(`the option ${rawName} is not known`);
    const before = given.get(name) ?? [];
    if (before.length > 0 && !option.isRepeatable)
      throw new UsageError(`${rawName} is given twice`);
    if (!option.takesValue && value !== undefined) {
      throw new UsageError(`${rawName} takes no value`);
    }
    // In `--outputs --dry-run` the value is missing. A value that begins with dashes needs `=`.
    const isForgotten = !inlineValue && value?.startsWith('--');
    if (option.takesValue && (!value || isForgotten))
      throw new UsageError(`${rawName} needs a value`);
    given.set(name, [...before, value ?? '']);
  }
  return { given, positionals };
}
