import { describe, expect, it } from 'vitest';
import { parseClientToken } from '../../../../shared/adapters/secrets/client-token.ts';
import { Problem } from '../../../../shared/domain/errors.ts';
import { asOwner, clientToken } from '../../../../shared/lambda/bearer.ts';
import { REQUEST_ID } from '../../../fixtures/histories.ts';
import { recordedTelemetry } from '../../../fixtures/recorded-telemetry.ts';

const TOKEN = `${REQUEST_ID}.${'A'.repeat(43)}`;

const read = (authorization: string | undefined) => clientToken(authorization, parseClientToken);

describe('clientToken', () => {
  it.each(['Bearer ', 'bearer ', 'BEARER ', 'Bearer  ', 'Bearer     '])(
    'reads the token after "%s"',
    (scheme) => {
      expect(read(`${scheme}${TOKEN}`).requestId).toBe(REQUEST_ID);
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
    `Bearer ${REQUEST_ID}`,
  ])('refuses %j like any other', (authorization) => {
    const refusal = expect.objectContaining({ code: 'client_token_invalid', members: {} });
    expect(() => read(authorization)).toThrow(refusal);
  });
});

describe('asOwner', () => {
  async function annotationsOf(useCase: () => Promise<unknown>) {
    const { telemetry, annotated } = recordedTelemetry();
    await asOwner(read(`Bearer ${TOKEN}`), telemetry, useCase).catch(() => {});
    return annotated;
  }

  const refuse = (error: Error) => () => Promise.reject(error);
  it.each<[string, () => Promise<unknown>]>([
    ['a use case that answers', async () => 'a verification'],
    ['a refusal of the use case', refuse(new Problem('code_invalid', 'a wrong code'))],
  ])('names the verification in the log line after %s', async (_what, useCase) => {
    expect(await annotationsOf(useCase)).toEqual([{ request_id: REQUEST_ID }]);
  });

  it.each([
    new Problem('client_token_invalid', 'of another verification'),
    new Problem('dependency_unavailable', 'DynamoDB did not answer'),
    new TypeError('a defect'),
  ])('does not name the verification after %o', async (error) => {
    expect(await annotationsOf(refuse(error))).toEqual([]);
  });
});
