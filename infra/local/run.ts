/**
 * `npm start`: runs the whole stack until Ctrl-C or SIGTERM.
 *
 * Environment: `API_PORT` (3000), `WEBSOCKET_PORT` (3001), `VONAGE_PORT` (3002), `AWS_PORT` (3003),
 * 0 for any free one; `LOCAL_DIR` (.local); `STAGE` (dev); `CDK_CONTEXT_JSON`; `VONAGE_BASE_URL` and
 * `DYNAMODB_ENDPOINT` for others than the simulator and dynalite; `VONAGE_TIME_SCALE` (1;
 * 0.1 is ten times faster).
 */
import { z } from 'zod';
import { LocalStackError } from './error.ts';
import type { FunctionLine } from './function-logs.ts';
import { createPhonePage } from './phone/serve.ts';
import { toReadyText } from './ready-text.ts';
import { type Stack, type StackOptions, startStack } from './stack.ts';

const port = (usual: number) => z.coerce.number().int().min(0).max(65_535).default(usual);
const environment = z.object({
  API_PORT: port(3000),
  WEBSOCKET_PORT: port(3001),
  VONAGE_PORT: port(3002),
  AWS_PORT: port(3003),
  LOCAL_DIR: z.string().min(1).default('.local'),
  STAGE: z.string().min(1).default('dev'),
  CDK_CONTEXT_JSON: z.string().default('{}'),
  VONAGE_BASE_URL: z.url().optional(),
  DYNAMODB_ENDPOINT: z.url().optional(),
  VONAGE_TIME_SCALE: z.coerce.number().positive().default(1),
});
const context = z.record(z.string(), z.unknown());
const errorLine = z.object({ level: z.literal('ERROR') });

await main();

async function main(): Promise<void> {
  const startedAt = performance.now();
  const stopping = new AbortController();
  process.on('SIGINT', () => stopping.abort());
  process.on('SIGTERM', () => stopping.abort());
  const stopped = new Promise<void>((done) => {
    stopping.signal.addEventListener('abort', () => done());
  });
  let stack: Stack | undefined;
  try {
    const options = toOptions(stopping.signal);
    console.log('Starting the stack …');
    const page = createPhonePage();
    stack = await startStack({ ...options, servePage: page.serve });
    page.attach(stack.endpoints);
    stack.onLine(showErrors);
    const seconds = ((performance.now() - startedAt) / 1000).toFixed(1);
    if (!stopping.signal.aborted) {
      console.log(toReadyText(stack.endpoints, { seconds, folder: options.localFolder }));
      const broken = await Promise.race([stopped, stack.broken]);
      if (broken) throw broken;
    }
  } catch (error) {
    if (!stopping.signal.aborted) {
      console.error(error instanceof LocalStackError ? error.message : error);
      process.exitCode = 1;
    }
  }
  await stack?.close();
  process.exit();
}

function toOptions(signal: AbortSignal): StackOptions {
  const parsed = environment.safeParse(process.env);
  if (!parsed.success) throw new LocalStackError(z.prettifyError(parsed.error));
  const given = parsed.data;
  return {
    localFolder: given.LOCAL_DIR,
    ports: {
      api: given.API_PORT,
      websocket: given.WEBSOCKET_PORT,
      vonage: given.VONAGE_PORT,
      aws: given.AWS_PORT,
    },
    context: { stage: given.STAGE, ...context.parse(JSON.parse(given.CDK_CONTEXT_JSON)) },
    vonageBaseUrl: given.VONAGE_BASE_URL,
    dynamodbEndpoint: given.DYNAMODB_ENDPOINT,
    timeScale: given.VONAGE_TIME_SCALE,
    signal,
  };
}

/** The console shows what failed; everything else is in the log files. */
function showErrors({ function: name, line, stream }: FunctionLine): void {
  if (stream === 'stderr' || isErrorLine(line)) console.error(`[${name}] ${line}`);
}

function isErrorLine(line: string): boolean {
  if (!line.includes('"ERROR"')) return false;
  try {
    return errorLine.safeParse(JSON.parse(line)).success;
  } catch {
    return false; // not JSON: not one of ours
  }
}
