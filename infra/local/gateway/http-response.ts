/**
 * Writes what a function returned, by the rules of payload format 2.0, and the gateway's own answers.
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-lambda.html#http-api-develop-integrations-lambda.v2
 */
import type { ServerResponse } from 'node:http';
import { z } from 'zod';

const header = z.union([z.string(), z.number(), z.boolean()]).transform(String);
const proxyResponse = z.object({
  statusCode: z.coerce.number().int().min(100).max(599),
  headers: z.record(z.string(), header).nullish(),
  cookies: z.array(z.string()).nullish(),
  body: z.union([z.string(), z.number(), z.boolean()]).transform(String).nullish(),
  isBase64Encoded: z.boolean().nullish(),
});

/** Headers that the gateway sets itself. */
const GATEWAY_HEADERS = new Set(['connection', 'content-length', 'date', 'transfer-encoding']);

export type GatewayHeaders = Readonly<Record<string, string>>;

/** The gateway's own answer, `{"message": …}`. */
export function writeMessage(
  response: ServerResponse,
  status: number,
  message: string,
  headers: GatewayHeaders = {},
): void {
  const body = Buffer.from(JSON.stringify({ message }));
  write(response, status, { 'content-type': 'application/json', ...headers }, body);
}

/** @param gatewayHeaders headers that the gateway adds or overrides, such as CORS */
export function writeFunctionResponse(
  response: ServerResponse,
  value: unknown,
  gatewayHeaders: GatewayHeaders,
): void {
  if (typeof value !== 'object' || value === null || !('statusCode' in value)) {
    const body = Buffer.from(typeof value === 'string' ? value : JSON.stringify(value ?? null));
    write(response, 200, { 'content-type': 'application/json', ...gatewayHeaders }, body);
    return;
  }
  const parsed = proxyResponse.safeParse(value);
  if (!parsed.success) {
    writeMessage(response, 500, 'Internal Server Error', gatewayHeaders);
    return;
  }
  const { statusCode, headers, cookies, body, isBase64Encoded } = parsed.data;
  const bytes = Buffer.from(body ?? '', isBase64Encoded === true ? 'base64' : 'utf8');
  const own = Object.entries(headers ?? {})
    .map(([name, text]) => [name.toLowerCase(), text] as const)
    .filter(([name]) => !GATEWAY_HEADERS.has(name));
  write(
    response,
    statusCode,
    {
      ...(bytes.length > 0 ? { 'content-type': 'text/plain;charset=UTF-8' } : {}),
      ...Object.fromEntries(own),
      ...(cookies && cookies.length > 0 ? { 'set-cookie': cookies } : {}),
      ...gatewayHeaders,
    },
    bytes,
  );
}

function write(
  response: ServerResponse,
  status: number,
  headers: Readonly<Record<string, string | string[]>>,
  body: Buffer,
): void {
  const hasBody = status >= 200 && status !== 204 && status !== 304;
  response.writeHead(status, {
    ...headers,
    ...(hasBody ? { 'content-length': String(body.length) } : {}),
  });
  response.end(hasBody ? body : undefined);
}
