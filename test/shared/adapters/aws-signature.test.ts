import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { EventBridgeClient, PutEventsCommand } from '@aws-sdk/client-eventbridge';
import { describe, expect, it } from 'vitest';
import { signPost } from '../../../shared/adapters/aws-signature.ts';

/** AWS's own client, its request caught on the wire. */
async function sdkRequest(sessionToken?: string) {
  let caught: { headers: IncomingHttpHeaders; body: string } | undefined;
  const server = createServer(async (request, response) => {
    caught = { headers: request.headers, body: await text(request) };
    response.end('{"FailedEntryCount":0,"Entries":[{}]}');
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const client = new EventBridgeClient({
    region: 'eu-central-1',
    endpoint: `http://127.0.0.1:${port}`,
    credentials: {
      accessKeyId: 'AKIDEXAMPLE',
      secretAccessKey: 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY',
      ...(sessionToken && { sessionToken }),
    },
  });
  const entry = { Source: 'a', DetailType: 'b', Detail: '{"c":"é  x"}', EventBusName: 'd' };
  await client.send(new PutEventsCommand({ Entries: [entry] }));
  client.destroy();
  server.close();
  if (!caught) throw new Error('nothing was sent');
  return caught;
}

describe('signPost', () => {
  it.each([undefined, 'session/token=='])(
    'signs as AWS’s own client does, session token %s',
    async (sessionToken) => {
      const { headers, body } = await sdkRequest(sessionToken);
      const [, list = ''] = /SignedHeaders=([^,]+),/.exec(headers.authorization ?? '') ?? [];
      const own = ['host', 'x-amz-date', 'x-amz-security-token'];
      const given = list
        .split(';')
        .filter((name) => !own.includes(name))
        .map((name) => [name, String(headers[name])]);
      const time = String(headers['x-amz-date']);
      const iso = time.replace(/(....)(..)(..T..)(..)(..Z)/, '$1-$2-$3:$4:$5');
      const signed = signPost(
        { url: new URL(`http://${headers.host}/`), headers: Object.fromEntries(given), body },
        {
          region: 'eu-central-1',
          service: 'events',
          credentials: {
            accessKeyId: 'AKIDEXAMPLE',
            secretAccessKey: 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY',
            ...(sessionToken && { sessionToken }),
          },
          nowMs: Date.parse(iso),
        },
      );
      expect(signed['x-amz-date']).toBe(time);
      expect(signed['x-amz-security-token']).toBe(sessionToken);
      expect(signed.authorization).toBe(headers.authorization);
    },
  );

  it('signs the example of AWS’s signature test suite, post-vanilla', () => {
    const { authorization } = signPost(
      { url: new URL('https://example.amazonaws.com/'), headers: {}, body: '' },
      {
        region: 'us-east-1',
        service: 'service',
        credentials: {
          accessKeyId: 'AKIDEXAMPLE',
          secretAccessKey: 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY',
        },
        nowMs: Date.UTC(2015, 7, 30, 12, 36),
      },
    );
    expect(authorization).toBe(
      'AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/service/aws4_request, ' +
        'SignedHeaders=host;x-amz-date, ' +
        'Signature=5da7c1a2acd57cee7505fc6676e4e544621c30862966e37dddb68e92efbe5d6b',
    );
  });
});
