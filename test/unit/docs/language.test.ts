/**
 * Plain technical English in comments, titles of tests, messages and documents (CONTRIBUTING.md,
 * style).
 */

import { globSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';

/** Words that readers stumble over, and what to write instead. Names in backticks, of files and in links are exempt. */
const AVOIDED: readonly (readonly [RegExp, string])[] = [
  [/\banew\b/i, 'again'],
  [/\bdear(?:er|est)?\b/i, 'expensive, costs more'],
  [/\bbeside\b/i, 'next to, with'],
  [/\ball the same\b/i, 'still, anyway'],
  [/\bfor ever\b/i, 'permanently, or the duration'],
  [/\bheed(?:s|ed|ing)?\b/i, 'follow, consider'],
  [/\btold of\b/i, 'informed about, notified'],
  [/(?<!\bthere )\bis no (?!longer\b|more\b|other\b|later\b|lower\b|higher\b)\w/i, 'is not a …'],
  [/\bannounc(?:e|es|ed|ing|ement)\b/i, 'publish a change'],
  [/\bsettl(?:e|es|ed|ing)\b/i, 'expire if overdue, become final'],
  [/\bjudg(?:e|es|ed|ing|e?ment)\b/i, 'decide'],
  [/(?<!\bby )\bhand(?:s|ed|ing)? in\b/i, 'submit'],
  [/\brehears(?:e|es|ed|ing|al)\b/i, 'warm-up'],
  [/\bsabotag(?:e|es|ed|ing)\b/i, 'mutation test'],
  [/(?<!@param |--)\btargets?\b/i, 'deployment, goal, address'],
  [
    /\b(?:an?|the|this|its|their|our|whose|other|same) intents?\b|\bintents\b/i,
    'idempotency record',
  ],
  [
    /\b(?:an?|the|this|its|their|our) guards?\b|\bguards (?:and|or|of|that|which)\b/i,
    'limit, lock, check',
  ],
  [/\bthe company\b/i, 'your backend'],
  [/\b(?:un)?heard\b|\bhears\b/i, 'received, is notified'],
  [/\btravel(?:s|led|ling)?\b/i, 'is sent'],
];

interface Text {
  readonly file: string;
  readonly line: number;
  readonly text: string;
}

const CODE = '{functions,infra,shared,test,docs}/**/*.{ts,mjs,css,py,java,sh}';
const PAGES = ['*.md', '{docs,shared,test,.github}/**/*.md'];
const isOwn = (file: string): boolean =>
  !/(?:^|\/)(?:node_modules|dist|coverage)\//.test(file) && !file.endsWith('language.test.ts');

/** CloudFormation would write this secret again if its description changed. */
const FROZEN = 'Master key of client tokens, guards and identities';

/** Comments, and string literals that are prose: titles of tests, descriptions, usages, messages. */
function spokenIn(file: string): readonly Text[] {
  const source = readFileSync(file, 'utf8').replace(FROZEN, '');
  const spoken =
    /\/\*[\s\S]*?\*\/|(?<![:'"`\w\\/])\/\/[^\n]*|(?<=^|\n)\s*#(?!!)[^\n]*|(?<literal>'(?:[^'\\\n]|\\.)*'|"(?:[^"\\\n]|\\.)*"|`(?:[^`\\]|\\.)*`)/g;
  return [...source.matchAll(spoken)].flatMap(({ 0: match, index, groups }) => {
    const text = groups?.literal === undefined ? match : toProse(groups.literal);
    const first = source.slice(0, index).split('\n').length;
    return text.split('\n').map((line, offset) => ({ file, line: first + offset, text: line }));
  });
}

/** The literal without its quotes and values; nothing if it is a single word. */
function toProse(literal: string): string {
  const text = literal
    .slice(1, -1)
    .replace(/\\`/g, '`')
    .replace(/\$\{[^}]*\}/g, '');
  return /[a-z]+ [a-z]/i.test(text) ? text : '';
}

function writtenIn(file: string): readonly Text[] {
  const prose = readFileSync(file, 'utf8').replace(/^ *```[\s\S]*?^ *```/gm, (code) =>
    code.replace(/[^\n]/g, ''),
  );
  return prose.split('\n').map((text, index) => ({ file, line: index + 1, text }));
}

const texts = [
  ...globSync(CODE).filter(isOwn).flatMap(spokenIn),
  ...PAGES.flatMap((pattern) => globSync(pattern))
    .filter(isOwn)
    .flatMap(writtenIn),
].map((text) => ({
  ...text,
  text: text.text.replace(/`[^`]*`|\{@link [^}]*\}|[\w./-]+\.(?:ts|mjs|md|py)\b/g, ''),
}));

describe('comments, titles of tests, messages and documents', () => {
  it.each(AVOIDED)('do without %s (instead: %s)', (word) => {
    const found = texts.filter(({ text }) => word.test(text));
    expect(found.map(({ file, line, text }) => `${file}:${line} ${text.trim()}`)).toEqual([]);
  });
});
