/** Writes every line that a function prints into its own file and passes it to listeners. */
import { mkdirSync, type WriteStream } from 'node:fs';
import { join } from 'node:path';
import { openLogFile } from './log-file.ts';

export interface FunctionLine {
  /** Name of the function as in `functions/`. */
  readonly function: string;
  readonly line: string;
  readonly stream: 'stdout' | 'stderr';
  /** Id of the process that printed the line; undefined when no process could be started. */
  readonly pid: number | undefined;
}

export interface FunctionLogs {
  write(line: FunctionLine): void;
  /** @returns a function that removes the listener */
  listen(listener: (line: FunctionLine) => void): () => void;
  close(): Promise<void>;
}

/** One file per function, emptied at every start. */
export function openFunctionLogs(folder: string): FunctionLogs {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const files = new Map<string, WriteStream>();
  let closed = false;
  const listeners = new Set<(line: FunctionLine) => void>();

  function fileOf(name: string): WriteStream {
    const file = files.get(name) ?? openLogFile(join(folder, `${name}.log`));
    files.set(name, file);
    return file;
  }

  return {
    write(line) {
      if (closed) return; // This is output of a process that was just ended.
      fileOf(line.function).write(`${line.line}\n`);
      for (const listener of listeners) listener(line);
    },
    listen(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    async close() {
      closed = true;
      const ended = [...files.values()].map(
        (file) => new Promise<void>((done) => file.end(() => done())),
      );
      await Promise.all(ended);
    },
  };
}
