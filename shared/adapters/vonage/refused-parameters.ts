/** Finds out from Vonage's 422 to a start which parameter it refused (protocol §1.5). */

import type { RequestedChannel } from '../../domain/ports/vonage.ts';
import { isJsonObject } from '../../domain/strict-json.ts';

/** One entry of `invalid_parameters`; an empty text where it has none. */
export interface RefusedParameter {
  readonly name: string;
  readonly reason: string;
}

export type RefusedFor = 'number_refused' | 'email_refused' | 'locale_refused' | 'misconfigured';

/** Only names of this form are logged, because Vonage's texts may quote an address. */
const MEMBER_NAME = /^[a-z_]{1,24}$/;
const MAX_NAMES = 5;

/**
 * Addresses and locale come from the user; everything else is our configuration. If the body names
 * nothing, the number counts as refused.
 */
export function refusedFor(body: unknown, workflow: readonly RequestedChannel[]): RefusedFor {
  const parameters = parametersOf(body);
  const addresses = parameters.filter(isAddress);
  if (parameters.length === 0) return 'number_refused';
  if (addresses.length > 0) {
    const isMailAlone = addresses.every((address) => isOfEmail(address, workflow));
    return isMailAlone ? 'email_refused' : 'number_refused';
  }
  return parameters.every((one) => namesIn(one).includes('locale'))
    ? 'locale_refused'
    : 'misconfigured';
}

/** The members that a 422 names, for the log. */
export function refusedNames(body: unknown): string {
  const names = parametersOf(body).flatMap(namesIn);
  return [...new Set(names.filter((name) => MEMBER_NAME.test(name)))].slice(0, MAX_NAMES).join();
}

/**
 * Vonage's document shows an array of `{name, reason}`, one of its SDKs an object; both are read.
 */
function parametersOf(body: unknown): readonly RefusedParameter[] {
  return toEntries(isJsonObject(body) ? body.invalid_parameters : undefined)
    .map(([key, value]) => {
      const members = isJsonObject(value) ? value : { reason: value };
      return { name: textOf(members.name) || key, reason: textOf(members.reason) };
    })
    .filter(({ name, reason }) => `${name}${reason}`.trim() !== '');
}

/** The parameters, each with its key if that may be its name. */
function toEntries(found: unknown): readonly (readonly [key: string, value: unknown])[] {
  if (Array.isArray(found)) return found.map((value: unknown) => ['', value]);
  if (!isJsonObject(found)) return [['', found]];
  return 'name' in found || 'reason' in found ? [['', found]] : Object.entries(found);
}

/** `to`, `workflow[1].to`, or a reason such as "`to` Phone number is invalid". */
function isAddress(parameter: RefusedParameter): boolean {
  const names = namesIn(parameter);
  if (names.includes('to')) return true;
  const isOpen = names.every((name) => name === 'workflow');
  return isOpen && /\bto\b|phone number|e-?mail/i.test(parameter.reason);
}

/** Names of members in `name`, and those that `reason` quotes. */
function namesIn({ name, reason }: RefusedParameter): readonly string[] {
  const quoted = [...reason.matchAll(/[`'"]([\w.[\]]+)[`'"]/g)].map(([, text = '']) => text);
  return [name, ...quoted].flatMap((text) => text.match(/[A-Za-z_]+/g) ?? []);
}

/** Decides by the place in the workflow, otherwise by the words of the reason. */
function isOfEmail(
  { name, reason }: RefusedParameter,
  workflow: readonly RequestedChannel[],
): boolean {
  const place = /\d+/.exec(name)?.[0] ?? /\[(\d+)\]/.exec(reason)?.[1];
  const step = place === undefined ? undefined : workflow[Number(place)];
  if (step) return step.channel === 'email';
  const hasEmail = workflow.some(({ channel }) => channel === 'email');
  const isAlone = workflow.every(({ channel }) => channel === 'email');
  return hasEmail && (isAlone || /e-?mail/i.test(reason));
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : '';
}
