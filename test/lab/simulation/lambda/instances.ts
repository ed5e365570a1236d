/** Lambda: instances that serve one invocation at a time, start cold, run out of time and die. */

import type {
  APIGatewayProxyStructuredResultV2,
  Context,
  SQSBatchResponse,
  SQSEvent,
} from 'aws-lambda';
import { createCancelHandler } from '../../../../functions/cancel/handler.ts';
import { createCheckCodeHandler } from '../../../../functions/check-code/handler.ts';
import { createClockHandler } from '../../../../functions/clock/handler.ts';
import { createConnectHandler } from '../../../../functions/connect/handler.ts';
import { createMessageHandler } from '../../../../functions/message/handler.ts';
import { createNextWorkflowHandler } from '../../../../functions/next-workflow/handler.ts';
import { createProofHandler } from '../../../../functions/proof/handler.ts';
import { createStartHandler } from '../../../../functions/start/handler.ts';
import { createStatusHandler } from '../../../../functions/status/handler.ts';
import { createWebhookHandler } from '../../../../functions/webhook/handler.ts';
import type { FunctionName } from '../../../../shared/config.ts';
import type { HttpRequest, WebSocketRequest } from '../../../../shared/lambda/handler.ts';
import type { InvocationTelemetry } from '../../../../shared/lambda/telemetry.ts';
import type { History } from '../history.ts';
import type { Surroundings } from '../wire.ts';
import { createNeeds, type Environment, type Instance } from './needs.ts';

/** `contracts` takes no part: it answers everybody the same. */
type SimulatedFunction = Exclude<FunctionName, 'contracts'>;
type Handler = (
  event: HttpRequest & WebSocketRequest & SQSEvent,
  context: Context,
) => Promise<Result>;
type LambdaEvent = HttpRequest | WebSocketRequest | SQSEvent;
type Result = APIGatewayProxyStructuredResultV2 | SQSBatchResponse;
export type Invoked = APIGatewayProxyStructuredResultV2 | 'crashed';

interface Process {
  readonly instance: Instance;
  readonly handle: (event: LambdaEvent) => Promise<Result>;
  isBusy: boolean;
  onDeath: () => void;
}

const CREATE: Readonly<
  Record<SimulatedFunction, (needs: ReturnType<typeof createNeeds>) => Handler>
> = {
  start: createStartHandler,
  'check-code': createCheckCodeHandler,
  webhook: createWebhookHandler,
  'next-workflow': createNextWorkflowHandler,
  cancel: createCancelHandler,
  status: createStatusHandler,
  proof: createProofHandler,
  connect: createConnectHandler,
  message: createMessageHandler,
  clock: createClockHandler,
};
const TIMEOUT_MS = 25_000;
const CLOCK_TIMEOUT_MS = 15_000;

export type Lambda = ReturnType<typeof createLambda>;

/** @param needs.environment a function, because its parts need the Lambda in turn */
export function createLambda(needs: Surroundings & { readonly environment: () => Environment }) {
  const { scheduler, prng, history, environment } = needs;
  const processes = new Map<SimulatedFunction, Process[]>();
  let created = 0;
  let invocations = 0;

  const boot = (name: SimulatedFunction): Process => {
    created += 1;
    const label = `${name}-${created}`;
    const skewMs = prng.between(-1, 1) * environment().settings.instanceSkewMs;
    const instance: Instance = {
      name: label,
      prng: prng.fork(label),
      clock: { now: () => Math.floor(scheduler.now() + skewMs) },
      telemetry: createTelemetry(history),
      invocation: 0,
      isAlive: true,
      kill: (why) => {
        if (!instance.isAlive || !process.isBusy) return;
        instance.isAlive = false;
        const { invocation } = instance;
        history.record({ kind: 'fault', what: `${label} dies (${why})`, invocation });
        process.onDeath();
      },
    };
    const handler = CREATE[name](createNeeds(instance, environment())) as (
      event: LambdaEvent,
      context: Context,
    ) => Promise<Result>;
    const handle = (event: LambdaEvent): Promise<Result> => handler(event, contextOf(name));
    const process: Process = { instance, handle, isBusy: false, onDeath: () => {} };
    return process;
  };

  const run = async (
    name: SimulatedFunction,
    event: LambdaEvent,
    invocation: number,
  ): Promise<Result | 'crashed'> => {
    const pool = processes.get(name) ?? [];
    processes.set(name, pool);
    const idle = pool.find(({ instance, isBusy }) => !isBusy && instance.isAlive);
    const process = idle ?? boot(name);
    const { instance } = process;
    if (!idle) pool.push(process);
    process.isBusy = true;
    instance.invocation = invocation;
    if (!idle) await scheduler.sleep(prng.between(150, 500));
    return new Promise<Result | 'crashed'>((resolve, reject) => {
      process.onDeath = () => resolve('crashed');
      scheduler.after(timeoutMs(name), () => {
        if (instance.invocation === invocation) instance.kill('out of time');
      });
      process.handle(event).then((result) => {
        if (!instance.isAlive) return;
        process.isBusy = false;
        resolve(result);
      }, reject);
    });
  };

  return {
    nextInvocation: (): number => {
      invocations += 1;
      return invocations;
    },
    /** `invocation` joins what the function does with the request that caused it. */
    invoke: async (
      name: Exclude<SimulatedFunction, 'clock'>,
      event: HttpRequest | WebSocketRequest,
      invocation: number,
    ) => (await run(name, event, invocation)) as Invoked,
    /** The event source mapping of the clock. */
    deliver: async (event: SQSEvent, invocation: number) =>
      (await run('clock', event, invocation)) as SQSBatchResponse | 'crashed',
  };
}

function timeoutMs(name: SimulatedFunction): number {
  return name === 'clock' ? CLOCK_TIMEOUT_MS : TIMEOUT_MS;
}

function contextOf(name: SimulatedFunction): Context {
  const getRemainingTimeInMillis = (): number => timeoutMs(name);
  return { functionName: name, functionVersion: '1', getRemainingTimeInMillis } as Context;
}

/** The log lines and metrics of one instance, into the history instead of CloudWatch. */
function createTelemetry(history: History): InvocationTelemetry {
  let fields: Readonly<Record<string, unknown>> = {};
  return {
    annotate: (more) => {
      fields = { ...fields, ...more };
    },
    measure: ({ name, dimensions = {} }) => {
      history.record({ kind: 'metric', name, dimensions });
    },
    flush: ({ milliseconds: _, ...more }, fault) => {
      const message = fault instanceof Error ? { fault: `${fault.name}: ${fault.message}` } : {};
      history.record({ kind: 'log', line: { ...fields, ...more, ...message } });
      fields = {};
    },
  };
}
