/**
 * Values that the operator wants to set. Secrets come from files or a prompt at the terminal, never
 * from arguments, because a shell keeps those in its history.
 */

import { readTextFile } from '../deployment/read-text-file.ts';

export interface Wishes {
  readonly applicationId?: string;
  readonly privateKey?: string;
  readonly apiKey?: string;
  readonly signatureSecret?: string;
  /** Authorizes calls of the Applications API; used once, never stored. */
  readonly apiSecret?: string;
}

export type Option =
  | 'application-id'
  | 'private-key-file'
  | 'api-key'
  | 'signature-secret-file'
  | 'api-secret-file';

/** Asks the operator; an empty answer keeps the present value. */
export interface Prompt {
  readonly ask: (question: string) => Promise<string>;
  /** The typed text is not shown. */
  readonly askSecret: (question: string) => Promise<string>;
}

interface Question {
  readonly member: keyof Wishes;
  readonly option: Option;
  readonly question: string;
  /** `file`: option and answer name a file. `secret`: the answer is typed without echo. */
  readonly kind: 'plain' | 'file' | 'secret';
}

const QUESTIONS: readonly Question[] = [
  {
    member: 'applicationId',
    option: 'application-id',
    question: 'Id of the Vonage application',
    kind: 'plain',
  },
  {
    member: 'privateKey',
    option: 'private-key-file',
    question: 'File with its private key',
    kind: 'file',
  },
  { member: 'apiKey', option: 'api-key', question: 'API key of the Vonage account', kind: 'plain' },
  {
    member: 'signatureSecret',
    option: 'signature-secret-file',
    question: 'Signature secret of the account',
    kind: 'secret',
  },
  {
    member: 'apiSecret',
    option: 'api-secret-file',
    question: 'API secret of the account, for the Status URL; used once, not stored',
    kind: 'secret',
  },
];

/** Options whose values `--create-application` creates. */
export const MADE_HERE: readonly Option[] = ['application-id', 'private-key-file'];

/**
 * @param prompt absent without a terminal
 * @param unasked options that are read but not asked for
 */
export async function collectWishes(
  values: Readonly<Record<Option, string | undefined>>,
  prompt?: Prompt,
  unasked: readonly Option[] = [],
): Promise<Wishes> {
  const wishes: { -readonly [Member in keyof Wishes]: Wishes[Member] } = {};
  for (const question of QUESTIONS) {
    const value = await answerTo(
      question,
      values[question.option],
      unasked.includes(question.option) ? undefined : prompt,
    );
    if (value !== '') wishes[question.member] = value;
  }
  return wishes;
}

async function answerTo(
  { kind, question }: Question,
  given: string | undefined,
  prompt: Prompt | undefined,
): Promise<string> {
  if (given !== undefined) return kind === 'plain' ? given : readTextFile(given);
  if (!prompt) return '';
  const asked = `${question} (empty: no change)`;
  if (kind === 'secret') return (await prompt.askSecret(asked)).trim();
  const answer = (await prompt.ask(asked)).trim();
  return kind === 'file' && answer !== '' ? readTextFile(answer) : answer;
}
