/** Findings of the doctor: one line per check. */

import { progress } from '../../../shared/command/progress.ts';

export interface Finding {
  readonly question: string;
  readonly result: 'ok' | 'fault' | 'skipped';
  /** What is wrong and what to do, or why the check was skipped. */
  readonly says: string;
}

/** @returns undefined when nothing is wrong, otherwise what is wrong */
export type Ask = () => Promise<string | undefined>;

/** Runs one check; an exception becomes a finding. */
export async function check(question: string, ask: Ask): Promise<Finding> {
  progress(question);
  try {
    const fault = await ask();
    return { question, result: fault === undefined ? 'ok' : 'fault', says: fault ?? '' };
  } catch (error) {
    return { question, result: 'fault', says: describe(error) };
  }
}

export function skipped(question: string, why: string): Finding {
  return { question, result: 'skipped', says: why };
}

function describe(error: unknown): string {
  if (!(error instanceof Error) || error instanceof SyntaxError) return 'the answer is not valid';
  const cause = error.cause instanceof Error ? `: ${describe(error.cause)}` : '';
  return `${error.message}${cause}`;
}
