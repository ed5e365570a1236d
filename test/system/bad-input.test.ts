/**
 * Bad input over the wire (docs/security.md#bad-inputs): each is answered as the contract says, and
 * changes nothing.
 */

import { afterAll, beforeAll, describe } from 'vitest';
import { type ScriptedStack, startScriptedStack } from '../fixtures/scripted-stack.ts';
import { badRequests } from './bad-input/requests.ts';
import { badSockets } from './bad-input/sockets.ts';
import { badWebhooks } from './bad-input/webhooks.ts';

let stack: ScriptedStack;

beforeAll(async () => {
  stack = await startScriptedStack();
});
afterAll(() => stack?.close());

describe('bad webhooks', () => badWebhooks(() => stack));
describe('bad requests', () => badRequests(() => stack));
describe('bad messages and handshakes', () => badSockets(() => stack));
