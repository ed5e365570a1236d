import { describe, expect, it } from 'vitest';
import { subscribe } from '../../../../shared/usecases/subscribe.ts';
import { started } from '../../../fixtures/histories.ts';
import { TOKEN } from '../../../fixtures/memory-log.ts';
import { verificationWorld } from '../../../fixtures/verification-world.ts';

describe('subscribe', () => {
  it('registers and reads in one write', async () => {
    const { needs, calls } = verificationWorld([started()]);
    expect((await subscribe(TOKEN, '9#new', needs)).seq).toBe(1);
    expect(calls).toEqual(['subscribe']);
  });

  it('closes the oldest of five connections, by its time and not by its spelling', async () => {
    const connections = ['20#b', '9#a', '100#c', '30#d', '40#e'];
    const { needs, log, calls } = verificationWorld([started()], { connections });
    await subscribe(TOKEN, '200#new', needs);
    expect(calls.filter((call) => call.startsWith('close'))).toEqual(['close 9#a']);
    expect([...log.connections]).toEqual(['20#b', '100#c', '30#d', '40#e', '200#new']);
  });

  it('ends a verification after its deadline', async () => {
    const { needs, calls } = verificationWorld([started()], { seconds: 1000 });
    const expired = { status: 'expired', reason: 'timed_out' };
    expect(await subscribe(TOKEN, '9#new', needs)).toMatchObject(expired);
    expect(calls.slice(0, 2)).toEqual(['subscribe', 'append deadline']);
  });

  it('refuses a token that owns nothing', async () => {
    const { needs } = verificationWorld([started()]);
    const log = { ...needs.log, subscribe: async () => undefined };
    await expect(subscribe(TOKEN, '9#new', { ...needs, log })).rejects.toMatchObject({
      code: 'client_token_invalid',
    });
  });
});
