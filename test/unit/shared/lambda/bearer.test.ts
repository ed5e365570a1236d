import { describe, expect, it } from 'vitest';
import { parseClientToken } from '../../../../shared/adapters/secrets/client-token.ts';
import { Problem } from '../../../../shared/domain/errors.ts';
import { asOwner, clientToken } from '../../../../shared/lambda/bearer.ts';
import type { LogFields } from '../../../../shared/lambda/telemetry.ts';
import { REQUEST_ID } from '../../../fixtures/histories.ts';

const TOKEN = `${REQUEST_ID}.${'A'.repeat(43)}`;

const read = (authorization: string | undefined) => () =>
  clientToken(authorization, parseClientToken);

describe('clientToken', () => {
  it.each(['Bearer ', 'bearer ', 'BEARER ', 'Bearer  ', 'Bearer     '])(
    'reads the token after "%s"',
    (scheme) => {
      expect(read(`${scheme}${TOKEN}`)().requestId).toBe(REQUEST_ID);
    },
  );

  it.each([
    undefined,
    '',
    'Bearer',
    'Bearer ',
    TOKEN,
    ` Bearer ${TOKEN}`,
    `Bearer\t${TOKEN}`,
    `Bearer ${TOKEN} `,
    `Bearer ${TOKEN}\n`,
    `Bearer ${TOKEN} ${TOKEN}`,
    `Bearer ${TOKEN},${TOKEN}`,
    `Bearer ${TOKEN}, Bearer ${TOKEN}`,
    `Basic ${TOKEN}`,
    `X Bearer ${TOKEN}`,
    `Bearer "${TOKEN}"`,
    `Bearer ${TOKEN}=`,
    `Bearer ${TOKEN.slice(0, -1)}`,
    `Bearer ${TOKEN.slice(0, -1)}B`,
    `Bearer .${'A'.repeat(43)}`,
    `Bearer ${REQUEST_ID}`,
    `Bearer ${REQUEST_ID}.${'A'.repeat(20)}.${'A'.repeat(22)}`,
  ])('refuses %j like any other', (authorization) => {
    const refusal = expect.objectContaining({ code: 'client_token_invalid', members: {} });
    expect(read(authorization)).toThrow(refusal);
  });
});

describe('asOwner', () => {
  const token = parseClientToken(TOKEN);
  if (!token) throw new Error('the token of this test is malformed');

  async function annotationsOf(useCase: () => Promise<unknown>): Promise<readonly LogFields[]> {
    const annotated: LogFields[] = [];
    const annotate = (fields: LogFields) => void annotated.push(fields);
    const telemetry = { measure: () => {}, flush: () => {}, annotate };
    if (token) await asOwner(token, telemetry, useCase).catch(() => {});
    return annotated;
  }

  it('lets the log line name the verification once the token has passed its check', async () => {
    expect(await annotationsOf(async () => 'a verification')).toEqual([{ request_id: REQUEST_ID }]);
    const refused = new Problem('code_invalid', 'a wrong code');
    expect(await annotationsOf(() => Promise.reject(refused))).toEqual([
      { request_id: REQUEST_ID },
    ]);
  });

  it.each([
    new Problem('client_token_invalid', 'of another verification'),
    new Problem('dependency_unavailable', 'DynamoDB did not answer'),
    new TypeError('a defect'),
  ])('does not name it after %o', async (error) => {
    expect(await annotationsOf(() => Promise.reject(error))).toEqual([]);
  });
});
