/** The peer as one Lambda for every route. */

import {
  ApiGatewayManagementApiClient,
  PostToConnectionCommand,
} from '@aws-sdk/client-apigatewaymanagementapi';
import { GetSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { createPeer } from './peer.ts';

interface Event {
  readonly routeKey: string;
  readonly body?: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly requestContext: { readonly connectionId: string };
}

const endpoint = process.env.PEER_AWS_URL ?? '';
const region = 'eu-central-1';
const secrets = new SecretsManagerClient({ endpoint, region });
const sockets = new ApiGatewayManagementApiClient({ endpoint: `${endpoint}/dev`, region });
const known = new Map<string, Promise<Record<string, string>>>();
const peer = createPeer({
  readSecret(id) {
    const reading = known.get(id) ?? readSecret(id);
    known.set(id, reading);
    return reading;
  },
  push: (ConnectionId, Data) => sockets.send(new PostToConnectionCommand({ ConnectionId, Data })),
});

async function readSecret(SecretId: string): Promise<Record<string, string>> {
  const { SecretString = '{}' } = await secrets.send(new GetSecretValueCommand({ SecretId }));
  return JSON.parse(SecretString);
}

export function handler(event: Event): Promise<object> {
  const { routeKey: route, body = '', headers, requestContext } = event;
  if (route === '$default') return peer.subscribe(body, requestContext.connectionId);
  return peer.answer({ route, body, authorization: headers.authorization });
}
