import { describe, expect, it, vi } from 'vitest';
import { verificationWorld } from '../../../fixtures/verification-world.ts';

describe('subscribe', () => {
  it('registers and reads in one write', async () => {
    const { subscribe, calls } = verificationWorld('started');
    expect((await subscribe('9#new')).seq).toBe(1);
    expect(calls).toEqual(['subscribe']);
  });

  it('closes the oldest of five connections, by its time and not by its spelling', async () => {
    const connections = ['20#b', '9#a', '100#c', '30#d', '40#e'];
    const { subscribe, log, calls } = verificationWorld('started', { connections });
    await subscribe('200#new');
    expect(calls.filter((call) => call.startsWith('close'))).toEqual(['close 9#a']);
    expect([...log.connections]).toEqual(['20#b', '100#c', '30#d', '40#e', '200#new']);
  });

  it('ends a verification after its deadline', async () => {
    const { subscribe, calls } = verificationWorld('started', { seconds: 1000 });
    expect(await subscribe('9#new')).toMatchObject({ status: 'expired', reason: 'timed_out' });
    expect(calls.slice(0, 2)).toEqual(['subscribe', 'append deadline']);
  });

  it('refuses a token that owns nothing', async () => {
    const { subscribe, log } = verificationWorld('started');
    vi.spyOn(log, 'subscribe').mockResolvedValue(undefined);
    await expect(subscribe('9#new')).rejects.toMatchObject({ code: 'client_token_invalid' });
  });
});
