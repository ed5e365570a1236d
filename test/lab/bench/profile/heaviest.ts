/** The functions in which a profile found most of the CPU's time. Pure. */

import type { Profiler } from 'node:inspector';
import type { SourceMap } from 'node:module';

interface Heavy {
  readonly name: string;
  /** A package, a file of this repository, or a module of Node. */
  readonly where: string;
  /** Of the time in which the process did something. */
  readonly share: number;
}

const MAX = 10;

export function toHeaviest({ nodes }: Profiler.Profile, map: SourceMap): readonly Heavy[] {
  const hits = new Map<string, { name: string; where: string; count: number }>();
  let all = 0;
  for (const { callFrame, hitCount = 0 } of nodes) {
    const { functionName: name, url, lineNumber, columnNumber } = callFrame;
    if (name === '(idle)') continue;
    all += hitCount;
    const entry = url.endsWith('.mjs') ? map.findEntry(lineNumber, columnNumber) : {};
    const where =
      'originalSource' in entry ? toPlace(String(entry.originalSource)) : url || 'native code';
    const key = `${name} ${where} ${lineNumber}:${columnNumber}`;
    const known = hits.get(key) ?? { name: name || '(anonymous)', where, count: 0 };
    hits.set(key, { ...known, count: known.count + hitCount });
  }
  return [...hits.values()]
    .toSorted((one, other) => other.count - one.count)
    .slice(0, MAX)
    .map(({ name, where, count }) => ({ name, where, share: count / all }));
}

function toPlace(source: string): string {
  const [, packaged] = /node_modules\/((?:@[^/]+\/)?[^/]+)\/(?!.*node_modules)/.exec(source) ?? [];
  return packaged ?? source.replace(/^.*?\.\.\/(?=functions|shared)/, '');
}
