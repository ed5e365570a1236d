import { createWriteStream, type WriteStream } from 'node:fs';
import { toSentence } from '../../shared/command/run-command.ts';

/** Begins a file for its user alone. A full disk ends the file, not the stack. */
export function openLogFile(path: string): WriteStream {
  const file = createWriteStream(path, { mode: 0o600 });
  file.on('error', (error) => {
    console.error(`${path} is written no longer: ${toSentence(error)}`);
  });
  return file;
}
