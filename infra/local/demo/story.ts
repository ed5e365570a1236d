/** One story of the demo: its actions, its expected end, and its timeline. */

import { createClient } from '../../../shared/client/client.ts';
import type { VerificationObject } from '../../../shared/client/contract.ts';
import type { FetchLike } from '../../../shared/client/environment.ts';
import type { StartRequest } from '../../../shared/client/start.ts';
import type { Verification } from '../../../shared/client/verification.ts';
import { type Company, createCompany } from './company.ts';
import { openCheckUrl } from './handset.ts';
import type { Simulator } from './simulator.ts';

/** Time limit of one story; a longer story fails. */
const TIMEOUT_MS = 120_000;

export interface Story {
  readonly name: string;
  readonly title: string;
  /** Expected members of the last verification object. */
  readonly ending: Pick<VerificationObject, 'status' | 'channel' | 'verified'>;
  play(stage: Stage): Promise<void>;
}

/** The tools of a story. */
export interface Stage {
  readonly api: string;
  readonly simulator: Simulator;
  /** The backend that the app signs in to. */
  readonly company: Company;
  /** Starts a verification as an app does; its check_url is opened on arrival. */
  start(request: StartRequest, options?: AppOptions): Promise<Verification>;
  /** Adds a line to the timeline. */
  note(text: string): void;
  /** Aborted when the story must end. */
  readonly signal: AbortSignal;
}

export interface AppOptions {
  /** @default true */
  readonly hasSocket?: boolean;
  readonly fetch?: FetchLike;
}

export interface Transition {
  readonly milliseconds: number;
  readonly seq: number;
  readonly status: VerificationObject['status'];
  readonly channel: VerificationObject['channel'];
}

export interface Performance {
  readonly story: string;
  readonly status: VerificationObject['status'] | 'not_started';
  readonly channel: VerificationObject['channel'] | null;
  readonly verified: VerificationObject['verified'];
  readonly transitions: readonly Transition[];
  readonly milliseconds: number;
  /** Why the story did not end as expected. */
  readonly failure?: string;
}

/** @param show takes each line of the timeline as it happens */
export async function perform(
  story: Story,
  { api, simulator, stopped }: Pick<Stage, 'api' | 'simulator'> & { readonly stopped: AbortSignal },
  show: (milliseconds: number, text: string) => void,
): Promise<Performance> {
  const startedAtMs = performance.now();
  const elapsedMs = (): number => Math.round(performance.now() - startedAtMs);
  const note = (text: string): void => show(elapsedMs(), text);
  const signal = AbortSignal.any([stopped, AbortSignal.timeout(TIMEOUT_MS)]);
  const transitions: Transition[] = [];
  let last: VerificationObject | undefined;
  const opened: Verification[] = [];

  const record = (verification: VerificationObject): void => {
    last = verification;
    const { seq, status, channel } = verification;
    transitions.push({ milliseconds: elapsedMs(), seq, status, channel });
    note(toLine(verification));
  };
  const start: Stage['start'] = async (request, { hasSocket = true, fetch } = {}) => {
    const client = createClient({
      apiUrl: api,
      async openCheckUrl(checkUrl, options) {
        note('  the handset opens the check_url over mobile data');
        const answer = await openCheckUrl(checkUrl, options.signal);
        note(`  the carrier has answered: ${answer.http_status}, ${answer.redirects} redirects`);
        return answer;
      },
      onProblem: ({ code, status }) => note(`  the backend refuses: ${status} ${code}`),
      ...(!hasSocket && { WebSocket: null }),
      ...(fetch && { fetch }),
    });
    const verification = await client.start(request, { signal });
    opened.push(verification);
    record(verification.current);
    verification.onChange(record);
    return verification;
  };

  let failure: string | undefined;
  try {
    await story.play({ api, simulator, company: createCompany(api), start, note, signal });
    failure = difference(story.ending, last);
  } catch (error) {
    failure = error instanceof Error ? error.message : String(error);
  } finally {
    for (const verification of opened) verification.close();
  }
  return {
    story: story.name,
    status: last?.status ?? 'not_started',
    channel: last?.channel ?? null,
    verified: last?.verified ?? { phone_number: false, email: false },
    transitions,
    milliseconds: elapsedMs(),
    ...(failure !== undefined && { failure }),
  };
}

function toLine({
  status,
  channel,
  action,
  reason,
  verified,
  workflow,
}: VerificationObject): string {
  const left = workflow.find((step) => step.reason !== null && step.channel !== channel);
  const proven = Object.entries(verified).flatMap(([name, isProven]) => (isProven ? [name] : []));
  const about = [
    action?.type === 'submit_code' ? `${action.attempts_remaining} attempts` : '',
    reason ?? (left ? `${left.channel}: ${left.reason}` : ''),
    proven.length > 0 ? `verified: ${proven.join(', ')}` : '',
  ];
  return `${status.padEnd(14)} ${channel.padEnd(11)} ${about.filter(Boolean).join('; ')}`.trimEnd();
}

function difference(
  { status, channel, verified }: Story['ending'],
  last: VerificationObject | undefined,
): string | undefined {
  const expected = JSON.stringify({ status, channel, verified });
  const found = JSON.stringify(
    last && { status: last.status, channel: last.channel, verified: last.verified },
  );
  return expected === found ? undefined : `expected the end ${expected}, found ${found}`;
}
