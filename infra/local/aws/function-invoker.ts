/**
 * A local Lambda for callers other than API Gateway: `Invoke` of the type `Event`, and deliveries
 * of event source mappings. The parent process runs the functions.
 */
import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { toFunctionName } from '../template/resource-names.ts';
import { invokedMessage } from './messages.ts';
import type { Deliver } from './queue.ts';

export const FUNCTIONS_PATH = '/2015-03-31/functions/';

export interface FunctionInvoker {
  readonly deliver: Deliver;
  /** Answers a request below {@link FUNCTIONS_PATH}. */
  answer(request: IncomingMessage, body: string, response: ServerResponse): void;
}

export function openFunctionInvoker(): FunctionInvoker {
  const waiting = new Map<string, (payload: string | undefined) => void>();
  process.on('message', (message) => {
    const parsed = invokedMessage.safeParse(message);
    if (!parsed.success) return;
    const { id, payload } = parsed.data.invoked;
    waiting.get(id)?.(payload);
    waiting.delete(id);
  });

  return {
    deliver(functionName, event) {
      const id = randomUUID();
      const answered = new Promise<string | undefined>((done) => waiting.set(id, done));
      process.send?.({ invoke: { id, functionName, event } });
      return answered;
    },
    answer({ method, url = '', headers }, body, response) {
      const refuse = (status: number, type: string): void => {
        response
          .writeHead(status, { 'content-type': 'application/json', 'x-amzn-errortype': type })
          .end(JSON.stringify({ Message: type }));
      };
      const [, encoded = ''] =
        /^\/2015-03-31\/functions\/([^/?]+)\/invocations(\?.*)?$/.exec(url) ?? [];
      if (method !== 'POST' || encoded === '') return refuse(404, 'ResourceNotFoundException');
      if (headers['x-amz-invocation-type'] !== 'Event') {
        return refuse(400, 'InvalidParameterValueException');
      }
      const event = parse(body);
      if (event === undefined) return refuse(400, 'InvalidRequestContentException');
      const functionName = toFunctionName(decodeURIComponent(encoded));
      process.send?.({ invoke: { functionName, event } });
      response.writeHead(202, { 'x-amzn-requestid': randomUUID() }).end();
    },
  };
}

function parse(body: string): unknown {
  try {
    return JSON.parse(body || '{}');
  } catch {
    return undefined;
  }
}
