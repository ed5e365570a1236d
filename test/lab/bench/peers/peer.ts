/**
 * A complete backend on Vonage's official SDK that does what ours does: locks, tokens, signed
 * webhooks, a durable state, pushes. A Lambda and an Express server run it.
 */

import { createHash } from 'node:crypto';
import { Auth } from '@vonage/auth';
import { verifySignature } from '@vonage/jwt';
import { Verify2 } from '@vonage/verify2';
import { z } from 'zod';
import { createPeerStore } from './store.ts';

interface PeerNeeds {
  /** The members of a secret. */
  readonly readSecret: (id: 'private-key' | 'signature') => Promise<Record<string, string>>;
  readonly push: (connection: string, message: string) => unknown;
}

interface Asked {
  /** With its method. */
  readonly route: string;
  readonly body: string;
  readonly authorization: string | undefined;
}

interface Answer {
  readonly statusCode: number;
  readonly body?: string;
}

interface Peer {
  answer(asked: Asked): Promise<Answer>;
  /** What a socket sent; it gets the state, and every later one as a push. */
  subscribe(body: string, connection: string): Promise<Answer>;
}

const startBody = z.object({ phone_number: z.string().regex(/^\+[1-9]\d{6,14}$/) });
const checkBody = z.object({ request_id: z.string(), code: z.string() });
const webhookBody = z.object({
  request_id: z.string(),
  status: z.string(),
  action: z.object({ check_url: z.string() }).optional(),
});
const subscription = z.object({ request_id: z.string(), client_token: z.string() });

type NewRequest = Parameters<Verify2['newRequest']>[0];

export function createPeer({ readSecret, push }: PeerNeeds): Peer {
  const store = createPeerStore();
  let verify: Verify2 | undefined;

  async function vonage(): Promise<Verify2> {
    if (verify) return verify;
    const { application_id: applicationId = '', private_key: privateKey = '' } =
      await readSecret('private-key');
    const auth = new Auth({ applicationId, privateKey });
    verify = new Verify2(auth, { apiHost: process.env.PEER_VONAGE_URL ?? '', timeout: 6000 });
    return verify;
  }

  async function start(body: string): Promise<Answer> {
    const { phone_number: phoneNumber } = startBody.parse(JSON.parse(body));
    if (!(await store.lock(phoneNumber))) return { statusCode: 429 };
    const request: unknown = {
      brand: 'Example',
      workflow: [{ channel: 'silent_auth', to: phoneNumber.replace('+', '') }],
    };
    const { requestId } = await (await vonage()).newRequest(request as NewRequest);
    const token = await store.begin(requestId);
    return toAnswer(202, { request_id: requestId, client_token: token });
  }

  async function webhook(body: string, authorization: string | undefined): Promise<Answer> {
    const { signature_secret: secret = '' } = await readSecret('signature');
    if (!isSigned(authorization, body, secret)) return { statusCode: 401 };
    const { request_id: requestId, status, action } = webhookBody.parse(JSON.parse(body));
    await record(requestId, status, action?.check_url);
    return { statusCode: 204 };
  }

  async function check(body: string, authorization = ''): Promise<Answer> {
    const { request_id: requestId, code } = checkBody.parse(JSON.parse(body));
    const token = authorization.replace('Bearer ', '');
    if (!(await store.isOwner(requestId, token))) return { statusCode: 401 };
    await (await vonage()).checkCode(requestId, code);
    await record(requestId, 'completed');
    return toAnswer(200, { verified: true });
  }

  async function record(requestId: string, status: string, checkUrl?: string): Promise<void> {
    const { connections, ...message } = await store.record(requestId, status, checkUrl);
    await Promise.all(connections.map((each) => push(each, JSON.stringify(message))));
  }

  return {
    async answer({ route, body, authorization }) {
      if (route === 'POST /start') return start(body);
      return route === 'POST /webhook' ? webhook(body, authorization) : check(body, authorization);
    },
    async subscribe(body, connection) {
      const { request_id: requestId, client_token: token } = subscription.parse(JSON.parse(body));
      return toAnswer(200, await store.connect(requestId, token, connection));
    },
  };
}

function toAnswer(statusCode: number, body: object): Answer {
  return { statusCode, body: JSON.stringify(body) };
}

/** Vonage's signature of a webhook, checked with its official library, and the hash of the body. */
function isSigned(authorization = '', body: string, secret: string): boolean {
  const token = authorization.replace(/^Bearer /, '');
  try {
    if (!verifySignature(token, secret)) return false;
    const claims = Buffer.from(token.split('.')[1] ?? '', 'base64url').toString();
    const { payload_hash: hash } = JSON.parse(claims);
    return hash === createHash('sha256').update(body).digest('hex');
  } catch {
    return false;
  }
}
