import { readFileSync } from 'node:fs';
import { CommandError } from '../../../shared/command/command-error.ts';

/** Reads a file and removes white space around the text. @throws CommandError */
export function readTextFile(file: string): string {
  try {
    return readFileSync(file, 'utf8').trim();
  } catch (cause) {
    throw new CommandError(`cannot read the file ${file}`, { cause });
  }
}
