/** Translates the frames of a fault from its bundle into the sources. */

import type { Fault } from './fault-line.ts';
import type { BundleSourceMap, Place } from './source-map.ts';

/** `at async name (file:///var/task/index.mjs:1:2345)`, with or without a name. */
const FRAME = /^at (?:async )?(?:(.+?) \()?(?:file:\/\/)?\/\S*\.mjs:(\d+):(\d+)\)?$/;

/** An error and each of its causes: its name, then a line for each of its frames. */
export function toTrace({ chain }: Fault, sourceMap: BundleSourceMap): readonly string[] {
  return chain.flatMap((error, index) => {
    const [what = '', ...frames] = error.split(' | ');
    return [
      index === 0 ? what : `caused by ${what}`,
      ...frames.map((frame) => `  ${toSourceFrame(frame, sourceMap)}`),
    ];
  });
}

/** `<file>:<line>:<column>  <function>`; a frame of Node's own stays as it is. */
function toSourceFrame(frame: string, sourceMap: BundleSourceMap): string {
  const [, called = '', line, column] = FRAME.exec(frame) ?? [];
  if (line === undefined || column === undefined) return frame;
  const place: Place = { line: Number(line), column: Number(column) };
  const origin = sourceMap.find(place);
  if (!origin) return frame;
  const at = `${origin.file}:${origin.line}:${origin.column}`;
  return `${at}  ${toSourceName(called, place, sourceMap)}`.trimEnd();
}

/**
 * The minifier keeps the names of members but shortens those of functions. The source map has the
 * original name at the place where the function is declared.
 */
function toSourceName(called: string, place: Place, { code, find }: BundleSourceMap): string {
  const name = called.replace(/^new /, '');
  if (!/^[\w$]+$/.test(name)) return called;
  const escaped = name.replaceAll('$', '\\$');
  const declaration = new RegExp(
    `(?<=(?:function|class)\\*? )${escaped}(?=[({ ])|` +
      `(?<![\\w$.])${escaped}(?==(?:async )?(?:function|\\(|[\\w$]+=>))`,
    'g',
  );
  const offset = toOffset(code, place);
  const index = [...code.matchAll(declaration)].findLast((found) => found.index <= offset)?.index;
  return index === undefined ? called : (find(toPlace(code, index))?.name ?? called);
}

function toOffset(code: string, { line, column }: Place): number {
  const before = code.split('\n').slice(0, line - 1);
  return before.reduce((sum, text) => sum + text.length + 1, 0) + column - 1;
}

function toPlace(code: string, offset: number): Place {
  const before = code.slice(0, offset).split('\n');
  return { line: before.length, column: (before.at(-1)?.length ?? 0) + 1 };
}
