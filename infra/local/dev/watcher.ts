/** Reports changed sources; changes that an editor or Git writes together are reported together. */

import { type FSWatcher, watch } from 'node:fs';
import { join } from 'node:path';
import { PROJECT_FOLDER } from '../synthesize.ts';

export interface Changes {
  /** Paths in the project. */
  readonly files: readonly string[];
  /** Whether the template, or the local stack itself, may have changed. */
  readonly ofInfra: boolean;
}

export interface Watcher {
  /** The changes since the last call, as soon as there are any. */
  next(): Promise<Changes>;
  close(): void;
}

const FOLDERS = ['functions', 'shared', 'infra'];
const SOURCE = /\.(ts|mjs|json|css|html|svg)$/;
/** Files that only other commands use. */
const UNRELATED = /^(infra\/operate|shared\/(client|command))\//;
const OF_INFRA = /^(infra\/|shared\/config|cdk\.json$|package(-lock)?\.json$)/;
/** Milliseconds; changes within it count as one. */
const QUIET_MS = 50;

export function openWatcher(): Watcher {
  const changed = new Set<string>();
  let noticed = Promise.withResolvers<void>();
  let timer: NodeJS.Timeout | undefined;

  function note(file: string): void {
    if (!SOURCE.test(file) || UNRELATED.test(file)) return;
    changed.add(file);
    clearTimeout(timer);
    timer = setTimeout(() => noticed.resolve(), QUIET_MS);
  }

  const watchers: FSWatcher[] = FOLDERS.map((folder) =>
    watch(join(PROJECT_FOLDER, folder), { recursive: true }, (_event, name) => {
      if (name !== null) note(`${folder}/${name.replaceAll('\\', '/')}`);
    }),
  );
  const documents = watch(join(PROJECT_FOLDER, 'docs'), (_event, name) => {
    if (name?.endsWith('api.json')) note(`docs/${name}`);
  });
  const settings = watch(PROJECT_FOLDER, (_event, name) => {
    if (name !== null && OF_INFRA.test(name)) note(name);
  });

  return {
    async next() {
      await noticed.promise;
      noticed = Promise.withResolvers();
      const files = [...changed].sort();
      changed.clear();
      return { files, ofInfra: files.some((file) => OF_INFRA.test(file)) };
    },
    close() {
      clearTimeout(timer);
      for (const watcher of [...watchers, documents, settings]) watcher.close();
    },
  };
}
