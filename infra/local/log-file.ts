import { createWriteStream, type WriteStream } from 'node:fs';
import { toSentence } from '../../shared/command/run-command.ts';

/** Begins a log file that only its user can read. A full disk ends the file, but not the stack. */
export function openLogFile(path: string): WriteStream {
  const file = createWriteStream(path, { mode: 0o600 });
  file.on('error', (error) => {
    console.error(`the log ends here, ${path} cannot be written: ${toSentence(error)}`);
  });
  return file;
}
