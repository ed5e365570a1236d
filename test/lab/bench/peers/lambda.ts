/** One Lambda on the official SDK that does what ours do: locks, tokens, signed webhooks, a durable state, pushes. */

import {
  ApiGatewayManagementApiClient,
  PostToConnectionCommand,
} from '@aws-sdk/client-apigatewaymanagementapi';
import { GetSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { checkBody, startBody, subscription, webhookBody } from './schemas.ts';
import { readPeerSettings } from './settings.ts';
import { createPeerStore, type PeerRecord } from './store.ts';
import { createPeerVonage, type PeerVonage } from './vonage.ts';
import { isSigned } from './webhook-signature.ts';

interface Event {
  readonly routeKey: string;
  readonly body?: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly requestContext: { readonly connectionId: string };
}

const settings = readPeerSettings();
const region = 'eu-central-1';
const secrets = new SecretsManagerClient({ endpoint: settings.awsUrl, region });
const sockets = new ApiGatewayManagementApiClient({ endpoint: `${settings.awsUrl}/dev`, region });
const store = createPeerStore(settings);
const secretMembers = new Map<string, Promise<Record<string, string>>>();
let vonage: PeerVonage | undefined;

export async function handler({
  routeKey,
  body = '',
  headers,
  requestContext,
}: Event): Promise<object> {
  if (routeKey === '$default') return subscribe(body, requestContext.connectionId);
  if (routeKey === 'POST /start') return start(body);
  if (routeKey === 'POST /webhook') return webhook(body, headers.authorization);
  return check(body, headers.authorization);
}

async function start(body: string): Promise<object> {
  const { phone_number: phoneNumber } = startBody.parse(JSON.parse(body));
  if (!(await store.lock(phoneNumber))) return { statusCode: 429 };
  const { requestId } = await (await getVonage()).start(phoneNumber);
  const token = await store.begin(requestId);
  return { statusCode: 202, body: JSON.stringify({ request_id: requestId, client_token: token }) };
}

async function subscribe(body: string, connection: string): Promise<object> {
  const { request_id: requestId, client_token: token } = subscription.parse(JSON.parse(body));
  const record = await store.connect(requestId, token, connection);
  return { statusCode: 200, body: JSON.stringify(record) };
}

async function webhook(body: string, authorization: string | undefined): Promise<object> {
  const { signature_secret: secret = '' } = await readSecret('signature');
  if (!isSigned(authorization, body, secret)) return { statusCode: 401 };
  const { request_id: requestId, status, action } = webhookBody.parse(JSON.parse(body));
  await push(await store.record(requestId, status, action?.check_url));
  return { statusCode: 204 };
}

async function check(body: string, token = ''): Promise<object> {
  const { request_id: requestId, code } = checkBody.parse(JSON.parse(body));
  if (!(await store.isOwner(requestId, token.replace('Bearer ', '')))) {
    return { statusCode: 401 };
  }
  await (await getVonage()).check(requestId, code);
  await push(await store.record(requestId, 'completed'));
  return { statusCode: 200, body: JSON.stringify({ verified: true }) };
}

async function push({ connections, ...message }: PeerRecord): Promise<void> {
  const Data = JSON.stringify(message);
  await Promise.all(
    connections.map((ConnectionId) =>
      sockets.send(new PostToConnectionCommand({ ConnectionId, Data })),
    ),
  );
}

async function getVonage(): Promise<PeerVonage> {
  if (vonage === undefined) {
    const { application_id: applicationId = '', private_key: privateKey = '' } =
      await readSecret('private-key');
    vonage = createPeerVonage({ ...settings, applicationId, privateKey });
  }
  return vonage;
}

function readSecret(id: string): Promise<Record<string, string>> {
  const known = secretMembers.get(id);
  if (known) return known;
  const reading = secrets
    .send(new GetSecretValueCommand({ SecretId: id }))
    .then(({ SecretString = '{}' }) => JSON.parse(SecretString));
  secretMembers.set(id, reading);
  return reading;
}
