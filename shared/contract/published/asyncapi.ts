/** The AsyncAPI 3 document of the WebSocket, made from the schemas that the handlers parse with. */

import { WEBSOCKET_SUBPROTOCOL } from '../../config.ts';
import { type JsonSchema, jsonSchemas } from './json-schemas.ts';
import { VERSION } from './version.ts';

const RECEIVED = ['Subscribe', 'Ping'] as const;
const SENT = ['Snapshot', 'Transition', 'Pong', 'ErrorMessage'] as const;

export function asyncApiDocument(): JsonSchema {
  const schemas = jsonSchemas([...RECEIVED, ...SENT]);
  return {
    asyncapi: '3.0.0',
    info: {
      title: 'Silent authentication backend, WebSocket',
      version: VERSION,
      description:
        'Every transition of a verification is pushed. The socket is a convenience: ' +
        '`GET /status` returns the same object. After a lost socket, connect and subscribe again.',
      license: { name: 'MIT' },
      tags: [{ name: 'app', description: 'For the mobile app.' }],
    },
    servers: {
      push: {
        host: 'push.example.org',
        protocol: 'wss',
        description: 'The `websocket_url` of the answer to `POST /start`.',
        security: [{ $ref: '#/components/securitySchemes/client_token' }],
      },
    },
    defaultContentType: 'application/json',
    channels: {
      verification: {
        address: '/',
        description:
          `Offer the subprotocols \`${WEBSOCKET_SUBPROTOCOL}\` and the client token, or send ` +
          '`Authorization: Bearer <client_token>`; never put the token into the URL. At most five ' +
          'sockets per verification: a sixth closes the oldest.',
        messages: Object.fromEntries(
          [...RECEIVED, ...SENT].map((name) => [name, { $ref: `#/components/messages/${name}` }]),
        ),
        bindings: {
          ws: {
            method: 'GET',
            headers: {
              type: 'object',
              properties: {
                'Sec-WebSocket-Protocol': {
                  type: 'string',
                  description: `\`${WEBSOCKET_SUBPROTOCOL}, <client_token>\``,
                },
              },
            },
          },
        },
      },
    },
    operations: {
      receive: operation('receive', RECEIVED, 'Messages that a client sends.'),
      push: operation('send', SENT, 'Messages that a client receives.'),
    },
    components: {
      messages: Object.fromEntries(
        [...RECEIVED, ...SENT].map((name) => [name, message(name, schemas[name])]),
      ),
      schemas,
      securitySchemes: {
        client_token: {
          type: 'http',
          scheme: 'bearer',
          description: 'The `client_token` that `POST /start` answered.',
        },
      },
    },
  };
}

function operation(
  action: 'receive' | 'send',
  names: readonly string[],
  summary: string,
): JsonSchema {
  return {
    action,
    summary,
    channel: { $ref: '#/channels/verification' },
    messages: names.map((name) => ({ $ref: `#/channels/verification/messages/${name}` })),
  };
}

function message(name: string, schema: JsonSchema | undefined): JsonSchema {
  const [example] = (schema?.examples ?? []) as readonly unknown[];
  return {
    name,
    title: name,
    summary: schema?.description,
    contentType: 'application/json',
    payload: { $ref: `#/components/schemas/${name}` },
    examples: [{ name: 'example', payload: example }],
  };
}
