/** Asks the person at the terminal. */

import { createInterface } from 'node:readline/promises';
import { Writable } from 'node:stream';
import type { Prompt } from './wishes.ts';

/** Returns undefined without a terminal. */
export function openPrompt(): Prompt | undefined {
  if (!process.stdin.isTTY || !process.stdout.isTTY) return undefined;
  const ask = async (question: string, output: Writable): Promise<string> => {
    const lines = createInterface({ input: process.stdin, output, terminal: true });
    try {
      return await lines.question(`${question}: `);
    } finally {
      lines.close();
    }
  };
  return {
    ask: (question) => ask(question, process.stdout),
    askSecret: async (question) => {
      process.stdout.write(`${question}: `);
      const answer = await ask('', silent());
      process.stdout.write('\n');
      return answer;
    },
  };
}

/** Discards the echo of readline, so a secret is not shown. */
function silent(): Writable {
  return new Writable({ write: (_chunk, _encoding, done) => done() });
}
