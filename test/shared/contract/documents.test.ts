import { readFileSync } from 'node:fs';
import { Parser } from '@asyncapi/parser';
import { createConfig, lintFromString } from '@redocly/openapi-core';
import { describe, expect, it } from 'vitest';
import { HTTP_ROUTES } from '../../../shared/config.ts';
import { asyncApiDocument } from '../../../shared/contract/asyncapi.ts';
import { openApiDocument } from '../../../shared/contract/openapi.ts';
import { ROUTES } from '../../../shared/contract/routes.ts';
import { PROBLEMS } from '../../../shared/domain/errors.ts';
import { breakingChanges } from '../../fixtures/contract-changes.ts';

const read = (file: string): string => readFileSync(file, 'utf8');
const committed = JSON.parse(read('docs/openapi.json'));

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
  });

  it('breaks no client of the contract that was published before', () => {
    const published = JSON.parse(read('test/fixtures/contract-baseline/openapi.json'));
    expect(breakingChanges(published, committed)).toEqual([]);
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
});

describe('breakingChanges', () => {
  const changed = (change: (document: typeof committed) => void): readonly string[] => {
    const document = structuredClone(committed);
    change(document);
    return breakingChanges(committed, document);
  };

  it.each<[string, (document: typeof committed) => void]>([
    ['a route is gone', ({ paths }) => delete paths['/status']],
    ['a success is gone', ({ paths }) => delete paths['/start'].post.responses['202']],
    [
      'a member of an answer is gone',
      ({ components }) => delete components.schemas.Verification.properties.seq,
    ],
    [
      'a member of an answer may be missing',
      ({ components }) => components.schemas.Verification.required.pop(),
    ],
    [
      'a member of an answer has another type',
      ({ components }) => {
        components.schemas.Verification.properties.seq.type = 'string';
      },
    ],
    [
      'a member of a request has become required',
      ({ components }) => components.schemas.StartRequest.required.push('email'),
    ],
    [
      'a value is no longer accepted',
      ({ components }) => components.schemas.StartRequest.properties.result.enum.pop(),
    ],
    [
      'a pattern is another',
      ({ components }) => {
        components.schemas.CheckCodeRequest.properties.code.pattern = '^[0-9]+$';
      },
    ],
  ])('finds it when %s', (_name, change) => {
    expect(changed(change)).not.toEqual([]);
  });

  it('lets members be added and enums grow', () => {
    expect(
      changed(({ components }) => {
        components.schemas.Verification.properties.more = { type: 'string' };
        components.schemas.Status.enum.push('new');
        components.schemas.StartRequest.properties.more = { type: 'string' };
      }),
    ).toEqual([]);
  });
});
