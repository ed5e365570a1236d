/** The client's plain types against the schemas that the handlers parse and answer with. */

import { describe, expect, expectTypeOf, it } from 'vitest';
import type * as client from '../../../../shared/client/contract.ts';
import { isFinal, toVerification } from '../../../../shared/client/contract.ts';
import type { StartBody as ClientStartBody } from '../../../../shared/client/start.ts';
import { WEBSOCKET_SUBPROTOCOL } from '../../../../shared/config.ts';
import type { ProblemBody, StartAnswer } from '../../../../shared/contract/answers.ts';
import type { NextWorkflowBody, StartBody } from '../../../../shared/contract/requests.ts';
import {
  statusSchema,
  type VerificationObject,
  verificationSchema,
} from '../../../../shared/contract/verification-object.ts';
import { isFinal as isFinalInDomain } from '../../../../shared/domain/verification.ts';
import type { SkipError } from '../../../../shared/domain/workflow.ts';
import { TOKEN, verificationObject } from '../../../fixtures/fake-backend.ts';
import { backend, begin } from './clients.ts';

describe('the types of the client', () => {
  it('are those of the contract', () => {
    expectTypeOf<client.VerificationObject>().toEqualTypeOf<VerificationObject>();
    expectTypeOf<client.StartAnswer>().toEqualTypeOf<StartAnswer>();
    expectTypeOf<client.ProblemCode>().toEqualTypeOf<ProblemBody['code']>();
    expectTypeOf<client.SkipError>().toEqualTypeOf<SkipError>();
    expectTypeOf<client.Channel>().toEqualTypeOf<NonNullable<NextWorkflowBody['from']>>();
    expectTypeOf<keyof ClientStartBody>().toEqualTypeOf<keyof StartBody>();
  });
});

describe('toVerification', () => {
  it('takes an object of the contract as it is', () => {
    const verification = verificationObject();
    expect(verificationSchema.parse(verification)).toEqual(verification);
    expect(toVerification(verification)).toEqual(verification);
  });

  it('knows every status of the contract, and which are final', () => {
    for (const status of statusSchema.options) {
      const taken = toVerification(verificationObject({ status }));
      expect(taken?.status).toBe(status);
      const inDomain = { status } as Parameters<typeof isFinalInDomain>[0];
      expect(isFinal(verificationObject({ status }))).toBe(isFinalInDomain(inDomain));
    }
  });
});

describe('the subprotocol', () => {
  it('is that of the contract', async () => {
    const offered: string[][] = [];
    const server = backend();
    const Spy = class extends server.WebSocket {
      constructor(url: string, protocols: string[]) {
        super(url, protocols);
        offered.push(protocols);
      }
    };
    await begin(server, { WebSocket: Spy });
    expect(offered[0]).toEqual([WEBSOCKET_SUBPROTOCOL, TOKEN]);
  });
});
