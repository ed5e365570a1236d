/** Plays one story: a phone with the published client, and the faults that were chosen for it. */

import { type Client, createClient } from '../../../../shared/client/client.ts';
import { isFinal, type VerificationObject } from '../../../../shared/client/contract.ts';
import type { Verification } from '../../../../shared/client/verification.ts';
import { followCheckUrl } from './handset.ts';
import { mask } from './mask.ts';
import { createObservedFetch } from './observed-fetch.ts';
import { createObservedSockets, type SocketState } from './observed-socket.ts';
import { type Pace, pause } from './pace.ts';
import type { PageApi, SimulatorCall, StoredItem } from './page-api.ts';
import { createRadio } from './radio.ts';
import { toRules } from './rules.ts';
import type { Story } from './story.ts';
import { watchBackend } from './watcher.ts';
import type { Wire } from './wire.ts';

/** Callbacks for everything that a person can see. */
export interface Audience {
  readonly onVerification: (verification: VerificationObject) => void;
  readonly onNote: (text: string, tone?: 'bad') => void;
  readonly onSocket: (state: SocketState) => void;
  readonly onNetwork: (isGone: boolean) => void;
  readonly onAsleep: (isAsleep: boolean) => void;
  readonly onProblem: (problem: unknown) => void;
  readonly onCalls: (calls: readonly SimulatorCall[]) => void;
  readonly onItem: (item: StoredItem) => void;
}

export interface Play {
  readonly verification: Verification | undefined;
  /** Ends the play; resolves when a running verification has been cancelled. */
  stop(): Promise<void>;
}

export interface PlayTimes {
  /** How long Vonage takes to send the check_url. */
  readonly thinkingMs: number;
  readonly outageMs: number;
  readonly asleepMs: number;
  /** How long the backend is watched for late webhooks after the end. */
  readonly aftermathMs: number;
}

const FOLLOWABLE: PlayTimes = {
  thinkingMs: 900,
  outageMs: 1_600,
  asleepMs: 2_200,
  aftermathMs: 120_000,
};
/** Limit for the handset in the pace `step`: just under the 60 s of silent authentication. */
const PATIENT_HANDSET_MS = 58_000;

export interface PlayNeeds {
  readonly api: PageApi;
  /** Address of the HTTP API. */
  readonly apiUrl: string;
  readonly pace: Pace;
  readonly wire: Wire;
  readonly times?: PlayTimes;
}

export function play(story: Story, audience: Audience, needs: PlayNeeds): Play {
  const { api, apiUrl, pace, wire, times = FOLLOWABLE } = needs;
  const { troubles } = story;
  const stopping = new AbortController();
  const { signal } = stopping;
  const radio = createRadio((isGone) => {
    if (isGone) sockets.lose();
    audience.onNetwork(isGone);
  });
  const sockets = createObservedSockets(wire, radio, audience.onSocket);
  const fetch = createObservedFetch(wire, radio);
  const items = new Map<string, string>();
  const store = {
    getItem: (key: string) => items.get(key) ?? null,
    setItem: (key: string, value: string) => void items.set(key, value),
    removeItem: (key: string) => void items.delete(key),
  };
  const { phoneNumber, email, channels } = story;
  const request = { phoneNumber, channels, ...(email !== '' && { email }) };
  let verification: Verification | undefined;
  let isForged = false;

  const openApp = (): Client =>
    createClient({
      apiUrl,
      store,
      fetch,
      WebSocket: sockets.WebSocket,
      onProblem: audience.onProblem,
      openCheckUrl: (checkUrl, { signal: opening }) =>
        followCheckUrl(checkUrl, AbortSignal.any([opening, signal]), {
          api,
          wire,
          pace,
          isOnWifi: troubles.has('wifi'),
          note: audience.onNote,
        }),
      ...(pace.name === 'step' && { timing: { handsetMs: PATIENT_HANDSET_MS } }),
    });

  function follow(followed: Verification): void {
    verification = followed;
    const show = (newest: VerificationObject): void => {
      if (signal.aborted || followed !== verification) return;
      audience.onVerification(newest);
      if (troubles.has('forged') && newest.action && !isForged) forge(newest.request_id);
      if (isFinal(newest)) setTimeout(() => watching.abort(), times.aftermathMs);
    };
    show(followed.current);
    followed.onChange(show);
  }

  const watching = new AbortController();

  async function run(): Promise<void> {
    const rules = toRules(story, pace.name, times.thinkingMs);
    await api.addRules(rules);
    signal.addEventListener('abort', () => {
      for (const { id } of rules) api.removeRule(id).catch(() => undefined);
    });
    if (troubles.has('lost_answer')) radio.loseAnswerOf('/check-code');
    const hasSnapshot = sockets.snapshot();
    const started = await openApp().start(request, { signal });
    audience.onNote('Started: the app holds a client token');
    follow(started);
    const watched = AbortSignal.any([signal, watching.signal]);
    void watchBackend(started.requestId, { api, wire, ...audience, signal: watched });
    if (troubles.has('lost_socket')) await loseSocket(hasSnapshot);
    if (troubles.has('background')) await goToBackground(hasSnapshot);
  }

  async function loseSocket(hasSnapshot: Promise<void>): Promise<void> {
    await Promise.race([hasSnapshot, pause(times.outageMs, signal)]);
    audience.onNote('The connection is gone', 'bad');
    await radio.goFor(times.outageMs);
    audience.onNote('The network is back');
  }

  /** The system freezes and kills the app; only its store remains. */
  async function goToBackground(hasSnapshot: Promise<void>): Promise<void> {
    await Promise.race([hasSnapshot, pause(times.outageMs, signal)]);
    verification?.close();
    verification = undefined;
    audience.onAsleep(true);
    note('app frozen', 'The system froze the app: no socket, no memory.');
    await pause(times.asleepMs, signal);
    audience.onAsleep(false);
    note('app resumed', 'The app is back, with the content of its store.');
    audience.onNote('Back: the state is read again');
    const resumed = await openApp().resume(request, { signal });
    if (resumed) follow(resumed);
  }

  function note(label: string, text: string): void {
    const content = { note: text };
    wire.record({ atMs: Date.now(), from: 'app', to: 'app', label, tone: 'plain', content });
  }

  function forge(requestId: string): void {
    isForged = true;
    const common = { tone: 'bad' } as const;
    const label = 'forged webhook completed';
    const atMs = Date.now();
    api.forgeWebhook(requestId).then(({ webhook, status, answer }) => {
      const sent = mask(webhook);
      wire.record({ ...common, atMs, from: 'intruder', to: 'backend', label, content: sent });
      const outcome = `${status} ${codeOf(answer)}`.trim();
      wire.record({
        ...common,
        atMs: Date.now(),
        from: 'backend',
        to: 'intruder',
        label: outcome,
        content: mask({ status, body: answer }),
      });
    }, audience.onProblem);
  }

  run().catch((error) => {
    if (!signal.aborted) audience.onProblem(error);
  });

  return {
    get verification() {
      return verification;
    },
    async stop() {
      const left = verification;
      verification = undefined;
      stopping.abort(new DOMException('the story was left', 'AbortError'));
      // Frees the number for the next story.
      if (left && !isFinal(left.current)) await left.cancel().catch(() => undefined);
      left?.close();
    },
  };
}

function codeOf(answer: unknown): string {
  return typeof answer === 'object' && answer !== null && 'code' in answer
    ? String(answer.code)
    : '';
}
