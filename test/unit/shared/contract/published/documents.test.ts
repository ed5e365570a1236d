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
import { breakingChanges, breakingMessages } from '../../../../fixtures/contract-changes.ts';
import { assertContract } from '../../../../fixtures/contract-check.ts';
import { member, members } from '../../../../fixtures/schema-changes.ts';

const read = (file: string): string => readFileSync(file, 'utf8');
/** As git has it; `undefined` where there is no git, or no such file yet. */
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
  it('is what the schemas say', () => {
    expect(committed).toEqual(JSON.parse(JSON.stringify(openApiDocument())));
  });

  it('passes a strict linter', async () => {
    const config = await createConfig({ extends: ['recommended-strict'] });
    const problems = await lintFromString({ source: read('docs/openapi.json'), config });
    expect(problems.map(({ ruleId, message }) => `${ruleId}: ${message}`)).toEqual([]);
  });

  it('knows every route and every problem code', () => {
    expect(Object.keys(ROUTES).toSorted()).toEqual(Object.keys(HTTP_ROUTES).toSorted());
    const used = new Set(Object.values(ROUTES).flatMap(({ problems }) => problems));
    expect([...used].toSorted()).toEqual(Object.keys(PROBLEMS).toSorted());
    const operations = Object.values(members(committed, 'paths')).flatMap((methods) =>
      Object.values(members(methods)).map((operation) => member(operation, 'operationId')),
    );
    expect(operations).toHaveLength(Object.keys(HTTP_ROUTES).length);
    expect(new Set(operations).size).toBe(operations.length);
  });

  it('shows examples that follow their own schemas', () => {
    const answers = Object.entries(members(committed, 'paths')).flatMap(([path, methods]) =>
      Object.entries(members(methods)).flatMap(([method, operation]) =>
        Object.entries(members(operation, 'responses')).flatMap(([status, answer]) =>
          Object.entries(members(answer, 'content')).flatMap(([media, content]) =>
            Object.values(members(content, 'examples')).map((example) => ({
              call: [method.toUpperCase(), path, Number(status)] as const,
              media,
              body: member(example, 'value'),
            })),
          ),
        ),
      ),
    );
    expect(answers.length).toBeGreaterThan(50);
    for (const { call, media, body } of answers) {
      const seconds = member(body, 'retry_after');
      const headers = {
        'content-type': media,
        'cache-control': 'no-store',
        ...(seconds !== undefined && { 'retry-after': String(seconds) }),
      };
      expect(() => assertContract(...call, headers, body)).not.toThrow();
    }
  });

  it('describes each member in its own words', () => {
    for (const [name, schema] of Object.entries(members(committed, 'components', 'schemas'))) {
      const said = Object.values(members(schema, 'properties')).flatMap(
        (property) => member(property, 'description') ?? [],
      );
      expect(new Set(said).size, name).toBe(said.length);
    }
  });

  it('breaks no client of the contract that was published before', () => {
    const published = JSON.parse(read('test/fixtures/contract-baseline/openapi.json'));
    expect(breakingChanges(published, committed)).toEqual([]);
  });

  it.skipIf(!lastCommitted('docs/openapi.json'))('breaks no client of the last commit', () => {
    expect(breakingChanges(lastCommitted('docs/openapi.json'), committed)).toEqual([]);
  });
});

describe('docs/asyncapi.json', () => {
  it('is what the schemas say', () => {
    const document = JSON.parse(JSON.stringify(asyncApiDocument()));
    expect(JSON.parse(read('docs/asyncapi.json'))).toEqual(document);
  });

  it('passes the parser without a complaint', async () => {
    const { diagnostics } = await new Parser().parse(read('docs/asyncapi.json'));
    const complaints = diagnostics.map(({ code, message }) => `${code}: ${message}`);
    expect(complaints.filter((text) => !text.includes('latest version'))).toEqual([]);
  });

  it('breaks no client of the contract that was published before', () => {
    const now = JSON.parse(read('docs/asyncapi.json'));
    const published = JSON.parse(read('test/fixtures/contract-baseline/asyncapi.json'));
    expect(breakingMessages(published, now)).toEqual([]);
    expect(breakingMessages(lastCommitted('docs/asyncapi.json') ?? published, now)).toEqual([]);
  });
});
