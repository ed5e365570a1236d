/** Lambda: instances that serve one invocation at a time, start cold, run out of time and die. */

import type {
  APIGatewayProxyStructuredResultV2,
  Context,
  SQSBatchResponse,
  SQSEvent,
} from 'aws-lambda';
import type { HttpRequest, WebSocketRequest } from '../../../../shared/lambda/handler.ts';
import type { Surroundings } from '../surroundings.ts';
import { CREATE, type SimulatedFunction } from './functions.ts';
import { createNeeds, type Environment, type Instance } from './needs.ts';
import { createSimulatedTelemetry } from './telemetry.ts';

type LambdaEvent = HttpRequest | WebSocketRequest | SQSEvent;
type Result = APIGatewayProxyStructuredResultV2 | SQSBatchResponse;
export type Invoked = APIGatewayProxyStructuredResultV2 | 'crashed';

export interface Lambda {
  /** `invocation` joins what the function does with the request that caused it. */
  readonly invoke: (
    name: Exclude<SimulatedFunction, 'clock'>,
    event: HttpRequest | WebSocketRequest,
    invocation: number,
  ) => Promise<Invoked>;
  /** The event source mapping of the clock. */
  readonly deliver: (event: SQSEvent, invocation: number) => Promise<SQSBatchResponse | 'crashed'>;
}

interface LambdaNeeds extends Surroundings {
  /** A function, because its parts need the Lambda in turn. */
  readonly environment: () => Environment;
}

interface Process {
  readonly instance: Instance;
  readonly handle: (event: LambdaEvent) => Promise<Result>;
  invocation: number;
  isBusy: boolean;
  onDeath: (() => void) | undefined;
}

const TIMEOUT_MS = 25_000;
const CLOCK_TIMEOUT_MS = 15_000;

export function createLambda(needs: LambdaNeeds): Lambda {
  const { scheduler, prng, history, environment } = needs;
  const processes = new Map<SimulatedFunction, Process[]>();
  let created = 0;

  const boot = (name: SimulatedFunction): Process => {
    created += 1;
    const label = `${name}-${created}`;
    const skewMs = prng.between(-1, 1) * environment().settings.instanceSkewMs;
    let isAlive = true;
    const process: Process = {
      invocation: 0,
      isBusy: false,
      onDeath: undefined,
      instance: {
        name: label,
        prng: prng.fork(label),
        clock: { now: () => Math.floor(scheduler.now() + skewMs) },
        telemetry: createSimulatedTelemetry(history),
        invocation: () => process.invocation,
        isAlive: () => isAlive,
        kill: (why) => {
          if (!isAlive || !process.isBusy) return;
          isAlive = false;
          const { invocation } = process;
          history.record({ kind: 'fault', what: `${label} dies (${why})`, invocation });
          process.onDeath?.();
        },
      },
      handle: (event) => handler(event, contextOf(name)),
    };
    const handler = CREATE[name](createNeeds(process.instance, environment())) as (
      event: LambdaEvent,
      context: Context,
    ) => Promise<Result>;
    return process;
  };

  const run = async (
    name: SimulatedFunction,
    event: LambdaEvent,
    invocation: number,
  ): Promise<Result | 'crashed'> => {
    const pool = processes.get(name) ?? [];
    processes.set(name, pool);
    const idle = pool.find(({ instance, isBusy }) => !isBusy && instance.isAlive());
    const process = idle ?? boot(name);
    if (!idle) pool.push(process);
    process.isBusy = true;
    process.invocation = invocation;
    if (!idle) await scheduler.sleep(prng.between(150, 500));
    return new Promise<Result | 'crashed'>((resolve, reject) => {
      process.onDeath = () => resolve('crashed');
      scheduler.after(timeoutMs(name), () => {
        if (process.isBusy && process.invocation === invocation) {
          process.instance.kill('out of time');
        }
      });
      process.handle(event).then((result) => {
        if (!process.instance.isAlive()) return;
        process.isBusy = false;
        resolve(result);
      }, reject);
    });
  };
  return {
    invoke: async (...given) => (await run(...given)) as Invoked,
    deliver: async (...given) => (await run('clock', ...given)) as SQSBatchResponse | 'crashed',
  };
}

function timeoutMs(name: SimulatedFunction): number {
  return name === 'clock' ? CLOCK_TIMEOUT_MS : TIMEOUT_MS;
}

function contextOf(name: SimulatedFunction): Context {
  const getRemainingTimeInMillis = (): number => timeoutMs(name);
  return { functionName: name, functionVersion: '1', getRemainingTimeInMillis } as Context;
}
