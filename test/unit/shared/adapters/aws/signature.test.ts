import type { IncomingHttpHeaders } from 'node:http';
import {
  ApiGatewayManagementApiClient,
  DeleteConnectionCommand,
} from '@aws-sdk/client-apigatewaymanagementapi';
import { EventBridgeClient, PutEventsCommand } from '@aws-sdk/client-eventbridge';
import { describe, expect, it } from 'vitest';
import { signPost } from '../../../../../shared/adapters/aws/signature.ts';
import { json, type Received } from '../../../../fixtures/http-stub.ts';
import { startNetwork } from '../../../../fixtures/network.ts';

const SDK = {
  region: 'eu-central-1',
  credentials: {
    accessKeyId: 'AKIDEXAMPLE',
    secretAccessKey: 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY',
  },
};
const { stub } = await startNetwork();

/** What AWS's own client sends, caught on the wire. */
async function caught(send: Promise<unknown>): Promise<Received> {
  stub.answer(json(200, { FailedEntryCount: 0, Entries: [{}] }));
  await send;
  const [request] = stub.received;
  if (!request) throw new Error('nothing was sent');
  return request;
}

/** The headers that the client gave, without those that signing adds. */
function headersSigned(headers: IncomingHttpHeaders): Record<string, string> {
  const [, list = ''] = /SignedHeaders=([^,]+),/.exec(headers.authorization ?? '') ?? [];
  const own = ['host', 'x-amz-date', 'x-amz-security-token'];
  const given = list.split(';').filter((name) => !own.includes(name));
  return Object.fromEntries(given.map((name) => [name, String(headers[name])]));
}

function signedAtMs(headers: IncomingHttpHeaders): number {
  const time = String(headers['x-amz-date']);
  return Date.parse(time.replace(/(....)(..)(..T..)(..)(..Z)/, '$1-$2-$3:$4:$5'));
}

describe('signPost', () => {
  it.each([undefined, 'session/token=='])(
    'signs as AWS’s own client does, session token %s',
    async (sessionToken) => {
      const credentials = { ...SDK.credentials, ...(sessionToken && { sessionToken }) };
      const entry = { Source: 'a', DetailType: 'b', Detail: '{"c":"é  x"}', EventBusName: 'd' };
      const client = new EventBridgeClient({ ...SDK, credentials, endpoint: stub.url });
      const sent = client.send(new PutEventsCommand({ Entries: [entry] }));
      const { headers, body } = await caught(sent);
      const signed = await signPost(
        { url: new URL(`http://${headers.host}/`), headers: headersSigned(headers), body },
        { region: SDK.region, service: 'events', credentials, nowMs: signedAtMs(headers) },
      );
      expect(signed['x-amz-date']).toBe(headers['x-amz-date']);
      expect(signed['x-amz-security-token']).toBe(sessionToken);
      expect(signed.authorization).toBe(headers.authorization);
    },
  );

  it('signs the path of a connection as AWS’s own client does, encoded twice', async () => {
    const client = new ApiGatewayManagementApiClient({ ...SDK, endpoint: `${stub.url}/prod` });
    const sent = client.send(new DeleteConnectionCommand({ ConnectionId: "L0SM9cOFv'(HcCIhw=" }));
    const { headers, body, path } = await caught(sent);
    expect(path).toContain('/prod/@connections/');
    const url = new URL(`http://${headers.host}${path}`);
    const signed = await signPost(
      { method: 'DELETE', url, headers: headersSigned(headers), body },
      { ...SDK, service: 'execute-api', nowMs: signedAtMs(headers) },
    );
    expect(signed.authorization).toBe(headers.authorization);
  });
});
