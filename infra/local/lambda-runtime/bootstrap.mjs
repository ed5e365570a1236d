/**
 * What a Lambda execution environment runs: loads the bundled handler and serves invocations from
 * the Runtime API, one at a time, until it is stopped. It is plain JavaScript and gets its
 * built-ins with `require`, so that it adds neither type stripping nor undici to the start of the
 * function.
 */
import { createRequire } from 'node:module';

const require = createRequire(import.meta.url);
const http = require('node:http');
const path = require('node:path');
const fs = require('node:fs');
const { pathToFileURL } = require('node:url');

const api = `http://${process.env.AWS_LAMBDA_RUNTIME_API}/2018-06-01/runtime`;
const agent = new http.Agent({ keepAlive: true, maxSockets: 1, keepAliveMsecs: 60_000 });
let current = null;

/** One exchange with the Runtime API. Without the API the process ends. */
function call(method, url, body) {
  return new Promise((resolve) => {
    const headers = body === undefined ? {} : { 'content-length': Buffer.byteLength(body) };
    const request = http.request(url, { method, agent, headers }, (response) => {
      const chunks = [];
      response.on('data', (chunk) => chunks.push(chunk));
      response.on('error', () => process.exit(1));
      response.on('end', () =>
        resolve({ headers: response.headers, text: Buffer.concat(chunks).toString('utf8') }),
      );
    });
    request.setNoDelay(true);
    request.on('error', () => process.exit(1));
    request.end(body);
  });
}

function toErrorBody(error) {
  return JSON.stringify({
    errorType: error?.name ?? 'Error',
    errorMessage: error?.message ?? String(error),
    trace: String(error?.stack ?? '').split('\n'),
  });
}

/**
 * `console` writes one JSON line per call when the function's log format says so, like Lambda's
 * own.
 */
function patchConsole() {
  if (process.env.AWS_LAMBDA_LOG_FORMAT !== 'JSON') return;
  const { format } = require('node:util');
  for (const [method, level] of Object.entries({
    log: 'INFO',
    info: 'INFO',
    debug: 'DEBUG',
    warn: 'WARN',
    error: 'ERROR',
  })) {
    console[method] = (...parts) => {
      const timestamp = new Date().toISOString();
      const message =
        parts.length === 1 && typeof parts[0] === 'object' ? parts[0] : format(...parts);
      const line = { timestamp, level, requestId: current ?? undefined, message };
      process.stdout.write(`${JSON.stringify(line)}\n`);
    };
  }
}

async function loadHandler() {
  const [file, name] = process.env._HANDLER.split(/\.(?=[^.]*$)/);
  const base = path.resolve(process.env.LAMBDA_TASK_ROOT, file);
  const found = ['.mjs', '.js', '.cjs'].map((ending) => base + ending).find(fs.existsSync);
  if (!found) throw new Error(`cannot find module ${file}`);
  const loaded = await import(pathToFileURL(found).href);
  const handler = loaded[name] ?? loaded.default?.[name];
  if (typeof handler !== 'function') throw new Error(`${process.env._HANDLER} is not a function`);
  return handler;
}

function toContext(headers) {
  const deadline = Number(headers['lambda-runtime-deadline-ms']);
  return {
    callbackWaitsForEmptyEventLoop: true,
    functionName: process.env.AWS_LAMBDA_FUNCTION_NAME,
    functionVersion: process.env.AWS_LAMBDA_FUNCTION_VERSION,
    memoryLimitInMB: process.env.AWS_LAMBDA_FUNCTION_MEMORY_SIZE,
    logGroupName: process.env.AWS_LAMBDA_LOG_GROUP_NAME,
    logStreamName: process.env.AWS_LAMBDA_LOG_STREAM_NAME,
    awsRequestId: headers['lambda-runtime-aws-request-id'],
    invokedFunctionArn: headers['lambda-runtime-invoked-function-arn'],
    getRemainingTimeInMillis: () => deadline - Date.now(),
  };
}

/**
 * An error outside of any handler ends the environment; Lambda starts a new one for the next
 * request.
 */
async function fail(error) {
  const url = current ? `${api}/invocation/${current}/error` : `${api}/init/error`;
  process.stderr.write(`${toErrorBody(error)}\n`);
  await call('POST', url, toErrorBody(error));
  process.exit(1);
}

patchConsole();
process.on('uncaughtException', fail);
process.on('unhandledRejection', fail);
process.on('SIGINT', () => {}); // Ctrl-C reaches the whole group; whoever started us ends us

const handler = await loadHandler().catch(fail);
for (;;) {
  current = null;
  const next = await call('GET', `${api}/invocation/next`);
  const context = toContext(next.headers);
  current = context.awsRequestId;
  process.env._X_AMZN_TRACE_ID = next.headers['lambda-runtime-trace-id'];
  try {
    const result = await handler(JSON.parse(next.text), context);
    const body = JSON.stringify(result === undefined ? null : result);
    await call('POST', `${api}/invocation/${current}/response`, body);
  } catch (error) {
    process.stderr.write(`${toErrorBody(error)}\n`);
    await call('POST', `${api}/invocation/${current}/error`, toErrorBody(error));
  }
}
