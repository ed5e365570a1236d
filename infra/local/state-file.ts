/**
 * State that survives SIGKILL: one line of JSON per set of changes, appended before the set becomes
 * visible. The last change of a key counts. A line that is incomplete because of a kill was never
 * acknowledged and is skipped.
 */
import { closeSync, openSync, readFileSync, renameSync, writeFileSync, writeSync } from 'node:fs';

/** `value: null` removes the key. */
export interface Change {
  readonly kind: StateKind;
  readonly key: string;
  readonly value: object | null;
}

export type StateKind = 'verification' | 'delivery' | 'faults' | 'application' | 'message';

export interface StateFile {
  /** Saves a set of changes: a restart finds all of them or none. */
  save(changes: readonly Change[]): void;
  load(kind: StateKind): readonly unknown[];
  close(): void;
}

/** Lines after which the file is rewritten with the current state. */
const MAX_LINES = 20_000;

/** @param path absent: nothing is kept */
export function openStateFile(path: string | undefined): StateFile {
  if (path === undefined) return { save: () => {}, load: () => [], close: () => {} };
  const live = read(path);
  let file = rewrite(path, live);
  let lines = 0;

  return {
    save(changes) {
      if (changes.length === 0) return;
      for (const change of changes) apply(live, change);
      writeSync(file, `${JSON.stringify(changes)}\n`);
      lines += 1;
      if (lines < MAX_LINES) return;
      closeSync(file);
      file = rewrite(path, live);
      lines = 0;
    },
    load: (kind) =>
      [...live.values()].filter((change) => change.kind === kind).map((change) => change.value),
    close: () => closeSync(file),
  };
}

function apply(live: Map<string, Change>, change: Change): void {
  const name = `${change.kind}:${change.key}`;
  if (change.value === null) live.delete(name);
  else live.set(name, change);
}

function read(path: string): Map<string, Change> {
  const live = new Map<string, Change>();
  for (const line of readLines(path)) {
    for (const change of parseLine(line)) apply(live, change);
  }
  return live;
}

function readLines(path: string): readonly string[] {
  try {
    return readFileSync(path, 'utf8').split('\n');
  } catch (cause) {
    if (cause instanceof Error && 'code' in cause && cause.code === 'ENOENT') return [];
    throw cause;
  }
}

function parseLine(line: string): readonly Change[] {
  if (line === '') return [];
  try {
    const changes: unknown = JSON.parse(line);
    return Array.isArray(changes) ? changes.filter(isChange) : [];
  } catch (cause) {
    if (cause instanceof SyntaxError) return [];
    throw cause;
  }
}

function isChange(value: unknown): value is Change {
  return typeof value === 'object' && value !== null && 'kind' in value && 'key' in value;
}

function rewrite(path: string, live: ReadonlyMap<string, Change>): number {
  const next = `${path}.next`;
  writeFileSync(next, `${JSON.stringify([...live.values()])}\n`, { mode: 0o600 });
  renameSync(next, path);
  return openSync(path, 'a', 0o600);
}
