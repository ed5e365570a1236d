import { describe, expect, it } from 'vitest';
import { parseClientToken } from '../../../../shared/adapters/secrets/client-token.ts';
import { clientToken } from '../../../../shared/lambda/bearer.ts';
import type { LogFields } from '../../../../shared/lambda/telemetry.ts';
import { REQUEST_ID } from '../../../fixtures/histories.ts';

const TOKEN = `${REQUEST_ID}.${'A'.repeat(43)}`;

function read(authorization: string | undefined) {
  const annotated: LogFields[] = [];
  const telemetry = {
    measure: () => {},
    annotate: (fields: LogFields) => void annotated.push(fields),
    flush: () => {},
  };
  return { token: () => clientToken(authorization, parseClientToken, telemetry), annotated };
}

describe('clientToken', () => {
  it.each(['Bearer', 'bearer', 'BEARER'])(
    'reads it after %s, and logs no more than whose it is',
    (word) => {
      const { token, annotated } = read(`${word} ${TOKEN}`);
      expect(token().requestId).toBe(REQUEST_ID);
      expect(annotated).toEqual([{ request_id: REQUEST_ID }]);
    },
  );

  it.each([
    undefined,
    '',
    'Bearer',
    'Bearer ',
    TOKEN,
    ` Bearer ${TOKEN}`,
    `Bearer  ${TOKEN}`,
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
    const { token, annotated } = read(authorization);
    expect(token).toThrow(expect.objectContaining({ code: 'client_token_invalid', members: {} }));
    expect(annotated).toEqual([]);
  });
});
