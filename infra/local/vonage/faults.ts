/**
 * The faults that were set with `PUT /faults`; finds those that apply to a call, a webhook or a
 * request.
 */
import { randomUUID } from 'node:crypto';
import type {
  AnswerFault,
  FaultRule,
  Operation,
  RequestFault,
  WebhookFault,
} from './fault-rules.ts';

/** What a rule is compared with. */
export interface Subject {
  readonly requestId?: string;
  /** The `to` of every channel. */
  readonly addresses: readonly string[];
}

/** A rule and how often it can still apply. */
export interface ArmedRule {
  readonly rule: FaultRule & { readonly id: string };
  /** Absent: without limit. */
  remaining?: number;
  /** Requests to which a `request` rule with `next` applies. */
  readonly bound: string[];
}

export interface Faults {
  list(): readonly ArmedRule[];
  replace(rules: readonly FaultRule[]): void;
  add(rules: readonly FaultRule[]): void;
  /** Without an id: all. */
  remove(id?: string): void;
  restore(rules: readonly ArmedRule[]): void;
  /** Applies rules with `next` to a new start. */
  bind(subject: Subject & { readonly requestId: string }): void;
  forRequest(subject: Subject): RequestFault;
  takeAnswer(operation: Operation, subject: Subject): AnswerFault | undefined;
  takeWebhook(body: WebhookMembers, subject: Subject): WebhookFault;
}

export interface WebhookMembers {
  readonly type: string;
  readonly status: string;
  readonly channel?: string;
}

/** @param changed called after every change, also when a rule was used once */
export function createFaults(changed: (rules: readonly ArmedRule[]) => void): Faults {
  let armed: ArmedRule[] = [];

  function set(rules: ArmedRule[]): void {
    armed = rules;
    changed(armed);
  }

  function take(entry: ArmedRule): void {
    if (entry.remaining === undefined) return;
    entry.remaining -= 1;
    changed(armed);
  }

  return {
    list: () => armed,
    replace: (rules) => set(rules.map(arm)),
    add: (rules) => set([...armed, ...rules.map(arm)]),
    remove: (id) => set(id === undefined ? [] : armed.filter(({ rule }) => rule.id !== id)),
    restore: (rules) => {
      armed = [...rules];
    },
    bind(subject) {
      for (const entry of armed) {
        if (entry.rule.request === undefined || entry.remaining === undefined) continue;
        if (entry.remaining === 0 || !isAbout(entry.rule, subject)) continue;
        entry.bound.push(subject.requestId);
        take(entry);
      }
    },
    forRequest(subject) {
      if (armed.length === 0) return {};
      const merged: RequestFault = {};
      for (const { rule, remaining, bound } of armed) {
        const isBound = remaining === undefined || bound.includes(subject.requestId ?? '');
        if (isBound && isAbout(rule, subject)) Object.assign(merged, rule.request);
      }
      return merged;
    },
    takeAnswer(operation, subject) {
      const entry = armed.find(
        ({ rule, remaining }) =>
          rule.answer !== undefined &&
          remaining !== 0 &&
          (rule.answer.operation === operation || rule.answer.operation === '*') &&
          isAbout(rule, subject),
      );
      if (entry !== undefined) take(entry);
      return entry?.rule.answer;
    },
    takeWebhook(body, subject) {
      if (armed.length === 0) return {};
      const merged: WebhookFault = {};
      for (const entry of armed) {
        const { rule, remaining } = entry;
        if (rule.webhook === undefined || remaining === 0 || !isAbout(rule, subject)) continue;
        if (!isOn(rule.webhook.on, body)) continue;
        Object.assign(merged, rule.webhook);
        take(entry);
      }
      return merged;
    },
  };
}

/**
 * Converts a `to` into the form in which it is compared: digits without `+`, or an e-mail address
 * in lower case.
 */
export function toAddress(to: string): string {
  return to.trim().replace(/^\+/, '').toLowerCase();
}

function arm(rule: FaultRule): ArmedRule {
  const named = { ...rule, id: rule.id ?? randomUUID() };
  return rule.next === undefined
    ? { rule: named, bound: [] }
    : { rule: named, remaining: rule.next, bound: [] };
}

function isAbout(rule: FaultRule, subject: Subject): boolean {
  if (rule.request_id !== undefined && rule.request_id !== subject.requestId) return false;
  if (rule.to === undefined) return true;
  const wanted = toAddress(rule.to);
  return subject.addresses.some((address) => toAddress(address) === wanted);
}

function isOn(on: WebhookFault['on'], body: WebhookMembers): boolean {
  if (on === undefined) return true;
  return (
    (on.type ?? body.type) === body.type &&
    (on.status ?? body.status) === body.status &&
    (on.channel ?? body.channel) === body.channel
  );
}
