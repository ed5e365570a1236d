/** Every citation in code, tests and documents leads to something in this repository. */

import { existsSync, globSync, readFileSync } from 'node:fs';
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

const texts = new Map(FILES.map((file) => [file, readFileSync(file, 'utf8')]));
const textOf = (file: string): string => texts.get(file) ?? '';

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

/** `<file>: <citation>` of the citations that a file has and should not have. */
function wrong(
  find: (text: string, file: string) => readonly string[] | null,
  files = FILES,
): readonly string[] {
  return files.flatMap((file) => (find(textOf(file), file) ?? []).map((it) => `${file}: ${it}`));
}

/** What the first group of a pattern matches. */
function groups(text: string, pattern: RegExp): readonly string[] {
  return [...text.matchAll(pattern)].map(([, group = '']) => group);
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

const ROWS = groups(textOf('docs/security.md'), /^\| ([TSLR]\d+b?) \|/gm);

describe('a citation', () => {
  it('of a section names the protocol notes, or a standard', () => {
    const sections = sectionsOf(textOf(PROTOCOL));
    const unknown = wrong((text, file) => {
      const isAboutProtocol = ABOUT_PROTOCOL.includes(file);
      const own = text.replace(OF_OTHERS, '');
      const cited = isAboutProtocol ? own : (own.match(OF_PROTOCOL) ?? []).join('\n');
      const bare = isAboutProtocol ? '' : own.replace(OF_PROTOCOL, '');
      return [
        ...groups(cited, /§([\d.]*\d)/g).filter((section) => !sections.has(section)),
        ...(bare.match(/.*§.*/g) ?? []),
      ];
    });
    expect(unknown).toEqual([]);
  });

  it('names no document outside of the repository', () => {
    const outside =
      /\b(?:design|reference) §|\bhardening\b|\bstyle[- ]guide\b|protocol reference|\bthe design\b/gi;
    expect(wrong((text) => text.match(outside))).toEqual([]);
  });

  it('of a threat, an invariant or a fault leads to its row in docs/security.md', () => {
    const cited = /(?<![\w.#-])([TSLR]\d{1,2}b?)(?![\w-])/g;
    expect(wrong((text) => groups(text, cited).filter((id) => !ROWS.includes(id)))).toEqual([]);
  });

  it('of a document by its path leads to the document, and to the heading', () => {
    const path = /(?<![\w./-])(docs\/[\w./-]+\.(?:md|json|sh|mjs|py|java|html)(?:#[\w-]+)?)/g;
    expect(wrong((text) => groups(text, path).filter((it) => !isThere(it)))).toEqual([]);
  });

  it('of a decision leads to its file', () => {
    const known = globSync('docs/decisions/[0-9]*.md').map((file) => basename(file).slice(0, 4));
    const cited = /\bdecision (\d{4})\b/gi;
    expect(wrong((text) => groups(text, cited).filter((it) => !known.includes(it)))).toEqual([]);
  });

  it('by a link leads to a file of this repository, and to a heading of it', () => {
    const isBroken = (link: string, file: string): boolean =>
      !isThere(link.startsWith('#') ? `${file}${link}` : normalize(join(dirname(file), link)));
    const broken = wrong(
      (text, file) =>
        groups(withoutCode(text), /\]\(([^)\s]+)\)/g).filter(
          (link) => !/^[a-z]+:/.test(link) && isBroken(link, file),
        ),
      FILES.filter((file) => file.endsWith('.md')),
    );
    expect(broken).toEqual([]);
  });
});

describe('docs/security.md', () => {
  const tests = globSync('test/**/*.test.ts');

  it('names in every row tests that exist, by an unambiguous name', () => {
    const rows = textOf('docs/security.md').match(/^\| [TSLR]\d+b? \|.*$/gm) ?? [];
    const isUnambiguous = (name: string): boolean =>
      tests.filter((file) => `/${file}`.endsWith(`/${name}`)).length === 1;
    const doubtful = rows.filter((row) => {
      const named = groups(row, /`([\w./-]+\.test\.ts)`/g);
      return named.length === 0 || !named.every(isUnambiguous);
    });
    expect(doubtful).toEqual([]);
  });

  it('has every row once, numbered without a gap', () => {
    for (const letter of ['S', 'L', 'T', 'R']) {
      const numbers = ROWS.filter((id) => id.startsWith(letter)).map((id) => id.slice(1));
      const plain = numbers.map(Number).filter(Number.isFinite);
      expect(plain, letter).toEqual(plain.map((_, index) => index + 1));
    }
  });
});

describe('docs/decisions', () => {
  const decisions = globSync('docs/decisions/*.md').filter((file) => !file.endsWith('/README.md'));

  it.each(decisions)('has context, decision and consequence: %s', (file) => {
    const headings = groups(textOf(file), /^## (.+)$/gm);
    expect(headings.slice(0, 3)).toEqual(['Context', 'Decision', 'Consequence']);
  });

  it('are all in the index, in order', () => {
    const listed = groups(textOf('docs/decisions/README.md'), /^\| \[\d+\]\(([^)]+)\)/gm);
    const numbered = decisions.map((file) => basename(file)).filter((name) => /^\d/.test(name));
    expect(listed).toEqual(numbered.toSorted());
  });
});
