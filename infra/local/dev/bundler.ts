/** Controls the process of the bundler, which keeps parsed files from one build to the next. */

import { fork } from 'node:child_process';
import { join } from 'node:path';
import { z } from 'zod';
import { LocalStackError } from '../error.ts';
import { PROJECT_FOLDER } from '../synthesize.ts';

const answer = z.object({ built: z.array(z.string()), errors: z.array(z.string()) });

export interface Bundler {
  /** Call it one at a time. `built`: the functions whose bundle has changed. */
  rebuild(): Promise<z.infer<typeof answer>>;
  close(): void;
}

export function openBundler(bundlesFolder: string): Bundler {
  const entry = join(PROJECT_FOLDER, 'infra/aws/watch-bundles.ts');
  const child = fork(entry, [join(PROJECT_FOLDER, 'functions'), bundlesFolder]);
  const ended = new Promise<never>((_done, fail) => {
    child.once('exit', () => fail(new LocalStackError('the bundler ended unexpectedly')));
  });
  ended.catch(() => {}); // only a rebuild cares
  return {
    rebuild() {
      const answered = new Promise<unknown>((done) => child.once('message', done));
      child.send('rebuild');
      return Promise.race([answered, ended]).then((message) => answer.parse(message));
    },
    close: () => void child.kill(),
  };
}
