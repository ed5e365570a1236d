import { beforeEach, describe, expect, it, vi } from 'vitest';
import type { VerificationObject } from '../../../../shared/client/contract.ts';
import { WEBSOCKET_SUBPROTOCOL } from '../../../../shared/config.ts';
import {
  ended,
  type FakeBackend,
  openCheckUrl,
  problemReply,
  submitCode,
  TOKEN,
} from '../../../fixtures/fake-backend.ts';
import { backend, begin, connected, fact, sleep } from './clients.ts';

let server: FakeBackend;

beforeEach(() => {
  server = backend();
});

const asked = (): number => server.received.filter(({ path }) => path === '/status').length;

describe('a running verification', () => {
  it('gets every change over its socket, and polls nothing', async () => {
    const verification = await connected(server);
    const seen: string[] = [];
    verification.onChange(({ status }) => seen.push(status));
    server.change(openCheckUrl());
    await fact(() => seen.length === 1);
    server.change(ended('completed'));
    expect(await verification.finished()).toEqual(server.verification);
    expect(asked()).toBe(0);
    await fact(() => server.sockets === 0);
  });

  it('sends the token as a subprotocol, never in the URL', async () => {
    const opened: [string, string[]][] = [];
    const Spy = class extends server.WebSocket {
      constructor(url: string, protocols: string[]) {
        super(url, protocols);
        opened.push([url, protocols]);
      }
    };
    await connected(server, { WebSocket: Spy });
    expect(opened).toEqual([[expect.not.stringContaining(TOKEN), [WEBSOCKET_SUBPROTOCOL, TOKEN]]]);
  });

  it.each([
    ['died', () => server.killSockets()],
    ['is open and dead', () => server.muteSockets(true)],
  ])('connects again after its socket %s, and learns what it missed', async (_, happens) => {
    const verification = await connected(server);
    happens();
    server.change(submitCode(), false);
    await fact(() => server.handshakes > 1);
    server.muteSockets(false);
    await fact(() => verification.current.channel === 'email' && server.sockets === 1);
  });

  it('gives up a socket that opens and never says anything', async () => {
    server.muteSockets(true);
    const verification = await begin(server, { timing: { pollMs: 60_000, openMs: 400 } });
    await fact(() => server.handshakes > 1);
    server.change(submitCode(), false);
    server.muteSockets(false);
    await fact(() => verification.current.channel === 'email');
  });

  it('keeps a silent socket alive with pings', async () => {
    await connected(server);
    await sleep(60_000);
    expect(server.handshakes).toBe(1);
  });

  it('polls until it holds a socket', async () => {
    server.refuseHandshakes(503);
    const verification = await begin(server);
    server.change(submitCode(), false);
    await fact(() => verification.current.channel === 'email' && asked() > 1);
    expect(server.handshakes).toBeGreaterThan(0);
    server.refuseHandshakes(undefined);
    await fact(() => server.sockets === 1);
    const before = asked();
    await sleep(50_000);
    expect(asked()).toBe(before);
  });

  it('learns from /status that a 401 refused the handshake, and gives up', async () => {
    const problems: string[] = [];
    server.refuseHandshakes(401);
    server.act('/status', () => problemReply('client_token_invalid'));
    const verification = await begin(server, { onProblem: ({ code }) => problems.push(code) });
    await expect(verification.finished()).rejects.toMatchObject({ code: 'client_token_invalid' });
    expect(problems).toEqual(['client_token_invalid']);
    const before = server.handshakes;
    await sleep(60_000);
    expect(server.handshakes).toBe(before);
  });

  it.each([0, -1, 1])(
    'asks once at next_change_at although it holds a socket and the phone is set by %i hours',
    async (hours) => {
      server.change({ next_change_at: new Date(Date.now() + 15_000).toISOString() });
      const verification = await connected(server);
      expect(asked()).toBe(0);
      server.change({ ...submitCode(), next_change_at: null }, false);
      vi.setSystemTime(Date.now() + hours * 3_600_000);
      await fact(() => verification.current.channel === 'email');
      expect(asked()).toBe(1);
    },
  );

  it('asks by the clock of the server, not by its own', async () => {
    const fiveMinutes = 300_000;
    const at = (ms: number): string => new Date(Date.now() - fiveMinutes + ms).toISOString();
    server.change({ updated_at: at(0), next_change_at: at(60_000), expires_at: at(200_000) });
    const verification = await connected(server);
    const before = asked();
    await sleep(50_000);
    expect(asked()).toBe(before);
    verification.close();
  });
});

describe('the copy of the verification', () => {
  it('ignores what is repeated, stale, foreign or malformed', async () => {
    const verification = await connected(server);
    const newest = server.change(submitCode());
    await fact(() => verification.current.seq === newest.seq);
    const taken: VerificationObject[] = [];
    verification.onChange((change) => taken.push(change));
    const older = new Date(Date.parse(newest.updated_at) - 1).toISOString();
    const stale: unknown[] = [
      newest,
      { ...newest, seq: newest.seq - 1, status: 'completed' },
      { ...newest, updated_at: older, status: 'completed' },
      { ...newest, channel: 'silent_auth' },
      { ...newest, request_id: 'another', seq: 99 },
      { ...newest, seq: '99' },
      { request_id: newest.request_id },
      null,
      'completed',
    ];
    for (const verification of stale) server.say({ type: 'transition', verification });
    server.say('not even an object');
    server.say({ type: 'unknown' });
    server.say({ type: 'transition', verification: { ...newest, reason: 'timed_out' } });
    await fact(() => verification.current.reason === 'timed_out');
    expect(taken).toEqual([{ ...newest, reason: 'timed_out' }]);
  });

  it('shows an unknown status as pending, an unknown action as none', async () => {
    const verification = await connected(server);
    const unknown: unknown = { status: 'thinking', action: { type: 'sing' } };
    server.change(unknown as Partial<VerificationObject>);
    await fact(() => verification.current.seq === 2);
    expect(verification.current).toMatchObject({ status: 'pending', action: null });
  });

  it('iterates over the current object and every newer one, until the end', async () => {
    const verification = await connected(server);
    const seen: number[] = [];
    for await (const { seq } of verification.updates()) {
      seen.push(seq);
      if (seq < 4) server.change({});
      else if (seq === 4) server.change(ended('completed'));
    }
    expect(seen).toEqual([1, 2, 3, 4, 5]);
    for await (const { seq } of verification.updates()) seen.push(seq);
    expect(seen.slice(5)).toEqual([5]);
  });

  it('ends an iteration when it is aborted or the verification closed', async () => {
    const verification = await begin(server);
    const aborting = new AbortController();
    const finished = verification.finished({ signal: aborting.signal });
    aborting.abort(new Error('the user left'));
    await expect(finished).rejects.toThrow('the user left');
    const closed = verification.finished();
    verification.close();
    await expect(closed).rejects.toThrow('closed');
    await fact(() => server.sockets === 0);
  });

  it('listens for a moment after completed, while nothing is certain yet', async () => {
    const verification = await connected(server);
    server.change({ ...ended('completed'), verified: { phone_number: false, email: false } });
    await verification.finished();
    server.change({ verified: { phone_number: true, email: false } });
    await fact(() => verification.current.verified.phone_number);
    await fact(() => server.sockets === 0);
  });
});

describe('refresh', () => {
  it('reads /status and replaces a socket that may be dead', async () => {
    const verification = await connected(server);
    server.change(submitCode(), false);
    expect((await verification.refresh()).channel).toBe('email');
    await fact(() => server.handshakes === 2 && server.sockets === 1);
  });

  it('replaces the socket although the network is not back yet', async () => {
    const verification = await connected(server);
    server.script('/status', 'lose', 'lose', 'lose', 'lose');
    const refreshed = verification.refresh().catch((error: unknown) => error);
    await fact(() => server.handshakes === 2 && server.sockets === 1);
    expect(await refreshed).toMatchObject({ code: 'network_error' });
  });
});
