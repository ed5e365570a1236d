import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Problem } from '../../../../shared/domain/errors.ts';
import { createTelemetry } from '../../../../shared/lambda/telemetry.ts';

const PRIVATE = '+4915112345678';
const lines: string[] = [];

beforeEach(() => {
  // Powertools writes with a console of its own, straight to the streams.
  for (const stream of [process.stdout, process.stderr]) {
    vi.spyOn(stream, 'write').mockImplementation((chunk) => {
      lines.push(String(chunk));
      return true;
    });
  }
  for (const level of ['log', 'info', 'error', 'warn', 'debug'] as const) {
    vi.spyOn(console, level).mockImplementation((line) => {
      lines.push(String(line));
    });
  }
});
afterEach(() => {
  vi.restoreAllMocks();
  lines.length = 0;
});

describe('flush', () => {
  it('logs one line, and of an error its names and places but not its words', () => {
    const telemetry = createTelemetry('test');
    const cause = new TypeError(`cannot parse ${PRIVATE}`);
    telemetry.annotate({ route: 'POST /start' });
    telemetry.flush({ outcome: 'internal' }, new Error(`no such number ${PRIVATE}`, { cause }));
    const text = lines.join('\n');
    expect(text).toContain('TypeError');
    expect(text).toContain('telemetry.test.ts');
    expect(text).not.toContain(PRIVATE);
  });

  it('logs what a sender caused as one warning without a stack', () => {
    const telemetry = createTelemetry('test');
    const unsigned = new Problem('dependency_unavailable', 'unsigned', { causedBySender: true });
    telemetry.flush({ outcome: 'dependency_unavailable', status: 503 }, unsigned);
    const records = lines.map((line) => JSON.parse(line));
    expect(records).toMatchObject([{ level: 'WARN', status: 503 }]);
    expect(records[0]).not.toHaveProperty('fault');
  });

  it('says in our own words what is wrong, and leaves out those of its cause', () => {
    const telemetry = createTelemetry('test');
    const cause = new Error(`no such number ${PRIVATE}`);
    const fault = new Problem('dependency_unavailable', 'DynamoDB did not answer', {}, { cause });
    telemetry.flush({ outcome: 'dependency_unavailable' }, fault);
    const text = lines.join('\n');
    expect(text).toContain('Problem: DynamoDB did not answer | at ');
    expect(text).not.toContain(PRIVATE);
  });

  it('logs nothing that says nothing: every byte of a line is paid for', () => {
    const telemetry = createTelemetry('test');
    telemetry.flush({ route: 'GET /status', outcome: 'ok', status: 200, milliseconds: 3 });
    expect(lines.flatMap((line) => Object.keys(JSON.parse(line))).sort()).toEqual(
      'cold_start level memory_mb message milliseconds outcome route service status timestamp'.split(
        ' ',
      ),
    );
  });

  it('marks the first line of an instance', () => {
    const telemetry = createTelemetry('test');
    telemetry.flush({ outcome: 'ok' });
    telemetry.flush({ outcome: 'ok' });
    const records = lines.map((line) => JSON.parse(line));
    expect(records.map(({ cold_start: isCold }) => isCold)).toEqual([true, undefined]);
  });

  it('writes the details of a metric next to it, never as dimensions', () => {
    const telemetry = createTelemetry('silent-auth-dev');
    const dimensions = { channel: 'sms' };
    telemetry.measure({ name: 'FallbackEntered', dimensions, details: { reason: 'timed_out' } });
    telemetry.flush({ outcome: 'ok' });
    const record = lines.map((line) => JSON.parse(line)).find(({ _aws }) => _aws);
    expect(record).toMatchObject({ FallbackEntered: 1, channel: 'sms', reason: 'timed_out' });
    expect(record._aws.CloudWatchMetrics[0].Dimensions).toEqual([['service', 'channel']]);
  });

  it('writes one record for each set of dimensions', () => {
    const telemetry = createTelemetry('silent-auth-dev');
    telemetry.measure({ name: 'Started' });
    for (const [operation, milliseconds] of [
      ['start', 12],
      ['check', 30],
    ] as const) {
      telemetry.measure({ name: 'VonageLatency', dimensions: { operation }, milliseconds });
    }
    telemetry.measure({ name: 'CheckUrlIssued' });
    telemetry.flush({ outcome: 'ok' });
    const records = lines.map((line) => JSON.parse(line)).filter(({ _aws }) => _aws);
    const directives = records.map(({ _aws }) => _aws.CloudWatchMetrics);
    expect(directives).toMatchObject([
      [
        {
          Dimensions: [['service']],
          Metrics: [
            { Name: 'Started', Unit: 'Count' },
            { Name: 'CheckUrlIssued', Unit: 'Count' },
          ],
        },
      ],
      [
        {
          Dimensions: [['service', 'operation']],
          Metrics: [{ Name: 'VonageLatency', Unit: 'Milliseconds' }],
        },
      ],
      [
        {
          Dimensions: [['service', 'operation']],
          Metrics: [{ Name: 'VonageLatency', Unit: 'Milliseconds' }],
        },
      ],
    ]);
    expect(records).toMatchObject([
      { Started: 1, CheckUrlIssued: 1, service: 'silent-auth-dev' },
      { VonageLatency: 12, operation: 'start' },
      { VonageLatency: 30, operation: 'check' },
    ]);
  });

  it('counts what happened twice in one invocation', () => {
    const telemetry = createTelemetry('silent-auth-dev');
    telemetry.measure({ name: 'PushDelivered' });
    telemetry.measure({ name: 'PushDelivered' });
    telemetry.flush({ outcome: 'ok' });
    const record = lines.map((line) => JSON.parse(line)).find(({ _aws }) => _aws);
    expect(record.PushDelivered).toEqual([1, 1]);
  });

  it('writes no record for an invocation that measured nothing', () => {
    createTelemetry('silent-auth-dev').flush({ outcome: 'ok' });
    expect(lines).toHaveLength(1);
  });

  it('logs an outgoing call at level DEBUG only', () => {
    const call = { operation: 'vonage.start', outcome: '202', milliseconds: 140 };
    createTelemetry('test').onCall(call);
    expect(lines).toEqual([]);
    vi.stubEnv('POWERTOOLS_LOG_LEVEL', 'DEBUG');
    createTelemetry('test').onCall(call);
    expect(lines.map((line) => JSON.parse(line))).toMatchObject([{ level: 'DEBUG', ...call }]);
  });

  it('starts the next line empty', () => {
    const telemetry = createTelemetry('test');
    telemetry.annotate({ request_id: 'one' });
    telemetry.flush({ outcome: 'ok' });
    lines.length = 0;
    telemetry.flush({ outcome: 'ok' });
    expect(lines.join('\n')).not.toContain('one');
  });
});
