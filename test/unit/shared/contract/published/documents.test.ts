import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { Parser } from '@asyncapi/parser';
import { createConfig, lintFromString } from '@redocly/openapi-core';
import { describe, expect, it } from 'vitest';
import { HTTP_ROUTES } from '../../../../../shared/config.ts';
import { asyncApiDocument } from '../../../../../shared/contract/published/asyncapi.ts';
import { openApiDocument } from '../../../../../shared/contract/published/openapi.ts';
import { ROUTES } from '../../../../../shared/contract/published/routes.ts';
import { PROBLEMS } from '../../../../../shared/domain/errors.ts';
import { assertContract } from '../../../../fixtures/contract-check.ts';
import {
  breakingLines,
  contractLines,
  messageLines,
  operations,
} from '../../../../fixtures/contract-lines.ts';
import { member, members } from '../../../../fixtures/json.ts';

const read = (file: string): string => readFileSync(file, 'utf8');
/** The file in the last commit; `undefined` outside a git checkout. */
function lastCommitted(file: string): unknown {
  try {
    const options = { encoding: 'utf8', stdio: 'pipe' } as const;
    return JSON.parse(execFileSync('git', ['show', `HEAD:${file}`], options));
  } catch {
    return undefined;
  }
}

const committed: unknown = JSON.parse(read('docs/openapi.json'));

describe('docs/openapi.json', () => {
  it('holds what the schemas describe', () => {
    expect(committed).toEqual(JSON.parse(JSON.stringify(openApiDocument())));
  });

  it('passes a strict linter', async () => {
    const config = await createConfig({ extends: ['recommended-strict'] });
    const problems = await lintFromString({ source: read('docs/openapi.json'), config });
    expect(problems.map(({ ruleId, message }) => `${ruleId}: ${message}`)).toEqual([]);
  });

  it('describes every route and every problem code', () => {
    expect(Object.keys(ROUTES).toSorted()).toEqual(Object.keys(HTTP_ROUTES).toSorted());
    const used = new Set(Object.values(ROUTES).flatMap(({ problems }) => problems));
    expect([...used].toSorted()).toEqual(Object.keys(PROBLEMS).toSorted());
    const ids = operations(committed).map(({ operation }) => member(operation, 'operationId'));
    expect(ids).toHaveLength(Object.keys(HTTP_ROUTES).length);
    expect(new Set(ids).size).toBe(ids.length);
  });

  it('shows examples that follow their own schemas', () => {
    let examples = 0;
    for (const { method, path, operation } of operations(committed)) {
      for (const [status, answer] of Object.entries(members(operation, 'responses'))) {
        for (const [media, content] of Object.entries(members(answer, 'content'))) {
          for (const example of Object.values(members(content, 'examples'))) {
            const body = member(example, 'value');
            const seconds = member(body, 'retry_after');
            const headers = {
              'content-type': media,
              'cache-control': 'no-store',
              ...(seconds !== undefined && { 'retry-after': String(seconds) }),
            };
            assertContract(method.toUpperCase(), path, Number(status), headers, body);
            examples += 1;
          }
        }
      }
    }
    expect(examples).toBeGreaterThan(50);
  });

  it('describes no two members of an object alike', () => {
    for (const [name, schema] of Object.entries(members(committed, 'components', 'schemas'))) {
      const said = Object.values(members(schema, 'properties')).flatMap(
        (property) => member(property, 'description') ?? [],
      );
      expect(new Set(said).size, name).toBe(said.length);
    }
  });
});

describe('docs/asyncapi.json', () => {
  it('holds what the schemas describe', () => {
    const document = JSON.parse(JSON.stringify(asyncApiDocument()));
    expect(JSON.parse(read('docs/asyncapi.json'))).toEqual(document);
  });

  it('passes the parser without a diagnostic', async () => {
    const { diagnostics } = await new Parser().parse(read('docs/asyncapi.json'));
    const complaints = diagnostics.map(({ code, message }) => `${code}: ${message}`);
    expect(complaints.filter((text) => !text.includes('latest version'))).toEqual([]);
  });
});

it.each([['openapi'], ['asyncapi']])('docs/%s.json has no defaults', (name) => {
  // Generators of typed clients make a member with a default required of the caller.
  const schemas = members(JSON.parse(read(`docs/${name}.json`)), 'components', 'schemas');
  expect(JSON.stringify(schemas)).not.toContain('"default":');
});

it.each([
  ['openapi', contractLines],
  ['asyncapi', messageLines],
])('docs/%s.json breaks no client of the published contract, nor of the last commit', (...row) => {
  const [name, linesOf] = row;
  const now = linesOf(JSON.parse(read(`docs/${name}.json`)));
  const published = read(`test/fixtures/contract-baseline/${name}.txt`).trimEnd().split('\n');
  expect(breakingLines(published, now)).toEqual([]);
  expect(breakingLines(linesOf(lastCommitted(`docs/${name}.json`)), now)).toEqual([]);
});
