/** A history for people: what is about one verification, a line for each fact. */

import { get, isObject } from './checker/objects.ts';
import type { Violation } from './checker/violation.ts';
import type { Fact } from './history.ts';
import type { RunResult } from './simulate.ts';

const MAX_LINES = 60;
const OMITTED: ReadonlySet<Fact['kind']> = new Set(['log', 'metric', 'answer', 'handshake']);

/** Up to the moment at which the invariant was broken. */
export function timeline({ facts }: RunResult, violation: Violation): readonly string[] {
  const { requestId, atMs: endMs = Number.POSITIVE_INFINITY } = violation;
  const startMs = facts[0]?.atMs ?? 0;
  const text = violation.about ?? requestId;
  const about = facts.filter((fact) => isAbout(fact, text));
  const ids = new Set(about.flatMap((fact) => idOf(fact) ?? []));
  return facts
    .filter((fact) => fact.atMs <= endMs && !OMITTED.has(fact.kind))
    .filter((fact) => isAbout(fact, text) || ids.has(idOf(fact) ?? -1))
    .slice(-MAX_LINES)
    .map((fact) => `${((fact.atMs - startMs) / 1000).toFixed(3).padStart(9)} ${toLine(fact)}`);
}

function isAbout(fact: Fact, text: string | undefined): boolean {
  return text === undefined || JSON.stringify(fact).includes(text);
}

function idOf(fact: Fact): number | undefined {
  if ('id' in fact) return fact.id;
  return 'invocation' in fact ? fact.invocation : undefined;
}

function toLine(fact: Fact): string {
  switch (fact.kind) {
    case 'request':
      return `#${fact.id} ${fact.from} asks ${fact.route} ${JSON.stringify(fact.body) ?? ''}`;
    case 'received':
      return `#${fact.id} ${fact.to} is answered ${fact.status} ${toText(fact.body)}`;
    case 'push':
    case 'message':
      return `${fact.to} receives on ${fact.connection} (${fact.kind}) ${toText(fact.body)}`;
    case 'call':
      return `#${fact.invocation} calls Vonage: ${fact.operation} ${fact.code ?? ''}`;
    case 'vonage':
      return `#${fact.invocation} Vonage carries out ${fact.operation}: ${fact.status}`;
    case 'provider':
      return `Vonage: ${fact.requestId} is ${fact.status} (${fact.channel ?? 'no channel yet'})`;
    case 'webhook': {
      const { type, channel = '', status } = fact.body;
      return `webhook ${fact.forged ?? ''} ${type} ${channel} ${status}: ${fact.status}`;
    }
    case 'end':
      return `the bus is notified that ${fact.requestId} is ${fact.status}`;
    case 'fault':
      return `#${fact.invocation} ! ${fact.what}`;
    default:
      return fact.kind;
  }
}

/** The object of a body in short, or the code of a problem. */
function toText(body: unknown): string {
  const object = get(body, 'verification');
  const code = get(body, 'code') ?? '';
  if (!isObject(object)) return String(code);
  const { seq, status, channel, reason, verified } = object;
  const proven = JSON.stringify(verified);
  return `${code} seq ${seq} ${status} on ${channel} (${reason ?? 'no reason'}) ${proven}`;
}
