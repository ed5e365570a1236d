/** Calls of AWS's JSON protocol against an endpoint that does not check signatures. */

const TIMEOUT_MS = 10_000;
const SIGNED_LIKE =
  'AWS4-HMAC-SHA256 Credential=local/20200101/local/local/aws4_request, SignedHeaders=host, Signature=0';

export type CallResult =
  | { readonly type: 'done'; readonly output: unknown }
  /** `name` is that of the exception, without its namespace. */
  | { readonly type: 'refused'; readonly name: string; readonly message: string };

/** @param target service prefix and operation, `DynamoDB_20120810.CreateTable` */
export async function callAws(
  endpoint: string,
  target: string,
  input: unknown,
): Promise<CallResult> {
  const response = await fetch(endpoint, {
    method: 'POST',
    headers: {
      'content-type': `application/x-amz-json-${target.startsWith('DynamoDB') ? '1.0' : '1.1'}`,
      'x-amz-target': target,
      'x-amz-date': new Date().toISOString().replaceAll(/[-:]|\.\d+/g, ''),
      authorization: SIGNED_LIKE,
    },
    body: JSON.stringify(input),
    signal: AbortSignal.timeout(TIMEOUT_MS),
  });
  const output: unknown = await response.json();
  if (response.ok) return { type: 'done', output };
  const fields: ReadonlyMap<string, unknown> = new Map(Object.entries(output ?? {}));
  const name = String(fields.get('__type') ?? response.status).replace(/^.*#/, '');
  return { type: 'refused', name, message: String(fields.get('message') ?? '') };
}
