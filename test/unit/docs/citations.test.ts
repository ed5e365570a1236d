/** Every citation in code, tests and documents leads to something that exists in this repository. */

import { existsSync, globSync, readFileSync, statSync } from 'node:fs';
import { basename, dirname, join, normalize } from 'node:path';
import { describe, expect, it } from 'vitest';

const FILES = [
  '{docs,functions,infra,shared,test,.github}/**/*.{md,ts,mjs,sh,py,java,html,css}',
  '*.{md,json}',
]
  .flatMap((pattern) => globSync(pattern))
  .filter((file) => !/(^|\/)(node_modules|dist|coverage)\/|package-lock\.json/.test(file))
  // It quotes the forms that it refuses.
  .filter((file) => file !== 'test/unit/docs/citations.test.ts');
const MARKDOWN = FILES.filter((file) => file.endsWith('.md'));

const texts = new Map(FILES.map((file) => [file, readFileSync(file, 'utf8')]));
const textOf = (file: string): string => texts.get(file) ?? readFileSync(file, 'utf8');

/** GitHub's anchors of a document: lower case, spaces become hyphens, a repeated one gets a number. */
function anchorsOf(file: string): ReadonlySet<string> {
  const seen = new Map<string, number>();
  const anchors = new Set<string>();
  for (const [, heading = ''] of withoutCode(textOf(file)).matchAll(/^#+ (.+)$/gm)) {
    const slug = heading
      .toLowerCase()
      .replace(/\[([^\]]*)\]\([^)]*\)/g, '$1')
      .replace(/[^\p{L}\p{N}\s_-]/gu, '')
      .trim()
      .replaceAll(' ', '-');
    const repeated = seen.get(slug) ?? 0;
    seen.set(slug, repeated + 1);
    anchors.add(repeated === 0 ? slug : `${slug}-${repeated}`);
  }
  return anchors;
}

function withoutCode(text: string): string {
  return text.replace(/^ *```[\s\S]*?^ *```/gm, '');
}

/** `docs/architecture.md#log-and-fold`, relative to the top of the tree. */
function isThere(citation: string): boolean {
  const [path = '', anchor] = citation.split('#');
  if (!existsSync(path)) return false;
  return anchor === undefined || (path.endsWith('.md') && anchorsOf(path).has(anchor));
}

function lost(
  files: readonly string[],
  find: (text: string, file: string) => readonly string[],
): readonly string[] {
  return files.flatMap((file) => find(textOf(file), file).map((found) => `${file}: ${found}`));
}

/** Sections `1.3`, and numbered points of a section, `12.16`. */
function sectionsOf(text: string): ReadonlySet<string> {
  const sections = new Set<string>();
  let current = '';
  for (const line of text.split('\n')) {
    current = /^#+ §([\d.]+)/.exec(line)?.[1] ?? current;
    const point = /^(\d+)\. /.exec(line)?.[1];
    sections.add(point === undefined ? current : `${current}.${point}`);
  }
  return sections;
}

const PROTOCOL = 'docs/vonage-protocol.md';
/** Where a bare § is one of the protocol's. */
const ABOUT_PROTOCOL = [PROTOCOL, 'docs/vonage.md'];
const SECTION_LIST = String.raw`§[\d.]*\d(?:(?:,|–| to| and)[\s*/]*§[\d.]*\d)*`;
const OF_OTHERS = new RegExp(String.raw`(?:RFC \d{4,5}|SP 800-63B)[\s*/]+${SECTION_LIST}`, 'g');
const OF_PROTOCOL = new RegExp(String.raw`protocol[\s*/]+${SECTION_LIST}`, 'g');

const ROWS = new Set(
  [...textOf('docs/security.md').matchAll(/^\| ([TSLR]\d+b?) \|/gm)].map(([, id]) => id),
);

describe('a citation', () => {
  it('of a section names the protocol notes, or a standard', () => {
    const sections = sectionsOf(textOf(PROTOCOL));
    const unknown = lost(FILES, (text, file) => {
      const own = text.replace(OF_OTHERS, '');
      const cited = ABOUT_PROTOCOL.includes(file)
        ? own
        : [...own.matchAll(OF_PROTOCOL)].map(([found]) => found).join('\n');
      const bare = ABOUT_PROTOCOL.includes(file) ? '' : own.replace(OF_PROTOCOL, '');
      return [
        ...[...cited.matchAll(/§([\d.]*\d)/g)]
          .filter(([, section = '']) => !sections.has(section))
          .map(([found]) => found),
        ...(bare.match(/.*§.*/g) ?? []),
      ];
    });
    expect(unknown).toEqual([]);
  });

  it('names no document that is not here', () => {
    const outside =
      /\b(?:design|reference) §|\bhardening\b|\bstyle[- ]guide\b|protocol reference|\bthe design\b/gi;
    expect(lost(FILES, (text) => text.match(outside) ?? [])).toEqual([]);
  });

  it('of a threat, an invariant or a fault leads to its row in docs/security.md', () => {
    const cited = /(?<![\w.#-])[TSLR]\d{1,2}b?(?![\w-])/g;
    const unknown = lost(FILES, (text) => (text.match(cited) ?? []).filter((id) => !ROWS.has(id)));
    expect(unknown).toEqual([]);
  });

  it('of a document by its path leads to the document, and to the heading', () => {
    const path = /(?<![\w./-])docs\/[\w./-]+\.(?:md|json|sh|mjs|py|java|html)(?:#[\w-]+)?/g;
    expect(lost(FILES, (text) => (text.match(path) ?? []).filter((it) => !isThere(it)))).toEqual(
      [],
    );
  });

  it('of a decision leads to its file', () => {
    const numbers = globSync('docs/decisions/[0-9]*.md').map((file) => basename(file).slice(0, 4));
    const unknown = lost(FILES, (text) =>
      [...text.matchAll(/\bdecision (\d{4})\b/gi)]
        .filter(([, number = '']) => !numbers.includes(number))
        .map(([found]) => found),
    );
    expect(unknown).toEqual([]);
  });
});

describe('a link', () => {
  it('in a document leads to a file of this repository, and to a heading of it', () => {
    const broken = lost(MARKDOWN, (text, file) =>
      [...withoutCode(text).matchAll(/\]\(([^)\s]+)\)/g)]
        .map(([, link = '']) => link)
        .filter((link) => !/^[a-z]+:/.test(link))
        .filter((link) => {
          const from = link.startsWith('#') ? file : join(dirname(file), link);
          return !isThere(link.startsWith('#') ? `${from}${link}` : normalize(from));
        }),
    );
    expect(broken).toEqual([]);
  });
});

describe('docs/security.md', () => {
  const tests = globSync('test/**/*.test.ts');

  it('names tests that exist, each without a doubt which one', () => {
    const rows = textOf('docs/security.md').match(/^\| [TSLR]\d+b? \|.*$/gm) ?? [];
    const wrong = rows.flatMap((row) => {
      const named = [...row.matchAll(/`([\w./-]+\.test\.ts)`/g)].map(([, name = '']) => name);
      const found = named.map((name) => tests.filter((file) => `/${file}`.endsWith(`/${name}`)));
      return named.length > 0 && found.every(({ length }) => length === 1) ? [] : [row];
    });
    expect(wrong).toEqual([]);
  });

  it('has every row once, numbered without a gap', () => {
    for (const letter of ['S', 'L', 'T', 'R']) {
      const numbers = [...ROWS].flatMap((id) => (id?.startsWith(letter) ? [id.slice(1)] : []));
      const plain = numbers.map(Number).filter(Number.isFinite);
      expect(plain, letter).toEqual(plain.map((_, index) => index + 1));
    }
  });
});

describe('docs/decisions', () => {
  const decisions = globSync('docs/decisions/*.md').filter((file) => !file.endsWith('/README.md'));

  it.each(decisions)('has context, decision and consequence: %s', (file) => {
    expect(statSync(file).isFile()).toBe(true);
    const headings = [...textOf(file).matchAll(/^## (.+)$/gm)].map(([, heading]) => heading);
    expect(headings.slice(0, 3)).toEqual(['Context', 'Decision', 'Consequence']);
  });

  it('are all in the index, in order', () => {
    const listed = [...textOf('docs/decisions/README.md').matchAll(/^\| \[\d+\]\(([^)]+)\)/gm)];
    const numbered = decisions.map((file) => basename(file)).filter((name) => /^\d/.test(name));
    expect(listed.map(([, name]) => name)).toEqual(numbered.toSorted());
  });
});
