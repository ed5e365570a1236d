import { describe, expect, it } from 'vitest';
import { Problem } from '../../../../shared/domain/errors.ts';
import { toProblemAnswer } from '../../../../shared/lambda/problem.ts';

const PRIVATE = 'Concurrent verifications to +4915112345678: 5b0d1c9e';
const CAUSED = new Problem('dependency_unavailable', PRIVATE, {}, { cause: new Error(PRIVATE) });

describe('toProblemAnswer', () => {
  it.each<[string, Error, number, string]>([
    ['a problem', new Problem('provider_unavailable', PRIVATE), 503, 'provider_unavailable'],
    ['a problem with a cause', CAUSED, 503, 'dependency_unavailable'],
    ['a bug or an outage', new Error(PRIVATE), 500, 'internal'],
  ])('answers no text of %s', (_name, error, status, code) => {
    const answer = toProblemAnswer(error);
    expect(answer).toMatchObject({ status, body: { status, code } });
    expect(JSON.stringify(answer)).not.toMatch(/4915112345678|5b0d1c9e/);
  });

  it('tells when to come again, in the header and in the body', () => {
    expect(
      toProblemAnswer(new Problem('rate_limited', 'spent', { retryAfterSeconds: 60 })),
    ).toMatchObject({
      headers: { 'content-type': 'application/problem+json', 'retry-after': '60' },
      body: { retry_after: 60 },
    });
  });
});
