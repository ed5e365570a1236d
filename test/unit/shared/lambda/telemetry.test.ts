import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Problem } from '../../../../shared/domain/errors.ts';
import type { Measurement } from '../../../../shared/domain/ports/telemetry.ts';
import { createTelemetry } from '../../../../shared/lambda/telemetry.ts';

const PRIVATE = '+4915112345678';
const lines: string[] = [];

beforeEach(() => {
  // Powertools writes with a console of its own, straight to the streams.
  for (const stream of [process.stdout, process.stderr]) {
    vi.spyOn(stream, 'write').mockImplementation((chunk) => lines.push(String(chunk)) > 0);
  }
  for (const level of ['log', 'info', 'error', 'warn', 'debug'] as const) {
    vi.spyOn(console, level).mockImplementation((line) => void lines.push(String(line)));
  }
});
afterEach(() => {
  vi.restoreAllMocks();
  lines.length = 0;
});

const written = () => lines.map((line) => JSON.parse(line));

/** The records of an invocation that measured this. */
function metricsOf(...measurements: readonly Measurement[]) {
  const telemetry = createTelemetry('silent-auth-dev');
  for (const measurement of measurements) telemetry.measure(measurement);
  telemetry.flush({ outcome: 'ok' });
  return written().filter(({ _aws }) => _aws);
}

describe('the log line', () => {
  it('holds the names and places of an error but not its words', () => {
    const telemetry = createTelemetry('test');
    const cause = new TypeError(`cannot parse ${PRIVATE}`);
    telemetry.annotate({ route: 'POST /start' });
    telemetry.flush({ outcome: 'internal' }, new Error(`no such number ${PRIVATE}`, { cause }));
    const text = lines.join('\n');
    expect(text).toContain('TypeError');
    expect(text).toContain('telemetry.test.ts');
    expect(text).not.toContain(PRIVATE);
  });

  it('holds our own words of a problem but not those of its cause', () => {
    const cause = new Error(`no such number ${PRIVATE}`);
    const fault = new Problem('dependency_unavailable', 'DynamoDB did not answer', {}, { cause });
    createTelemetry('test').flush({ outcome: 'dependency_unavailable' }, fault);
    const text = lines.join('\n');
    expect(text).toContain('Problem: DynamoDB did not answer | at ');
    expect(text).not.toContain(PRIVATE);
  });

  it('is a warning without a stack when a sender caused the fault', () => {
    const unsigned = new Problem('dependency_unavailable', 'unsigned', { causedBySender: true });
    createTelemetry('test').flush({ outcome: 'dependency_unavailable', status: 503 }, unsigned);
    expect(written()).toMatchObject([{ level: 'WARN', status: 503 }]);
    expect(written()[0]).not.toHaveProperty('fault');
  });

  it('holds no member without information, because every byte is paid for', () => {
    const fields = { route: 'GET /status', outcome: 'ok', status: 200, milliseconds: 3 };
    createTelemetry('test').flush(fields);
    const added = 'cold_start level memory_mb message service timestamp'.split(' ');
    expect(written().flatMap(Object.keys).sort()).toEqual(
      [...Object.keys(fields), ...added].sort(),
    );
  });

  it('marks the first one of an instance', () => {
    const telemetry = createTelemetry('test');
    telemetry.flush({ outcome: 'ok' });
    telemetry.flush({ outcome: 'ok' });
    expect(written().map((record) => record.cold_start)).toEqual([true, undefined]);
  });

  it('holds nothing of the invocation before', () => {
    const telemetry = createTelemetry('test');
    telemetry.annotate({ request_id: 'one' });
    telemetry.flush({ outcome: 'ok' });
    telemetry.flush({ outcome: 'ok' });
    expect(written().map((record) => record.request_id)).toEqual(['one', undefined]);
  });

  it('of an outgoing call is written at level DEBUG only', () => {
    const call = { operation: 'vonage.start', outcome: '202', milliseconds: 140 };
    createTelemetry('test').onCall(call);
    expect(lines).toEqual([]);
    vi.stubEnv('POWERTOOLS_LOG_LEVEL', 'DEBUG');
    createTelemetry('test').onCall(call);
    expect(written()).toMatchObject([{ level: 'DEBUG', ...call }]);
  });
});

describe('metrics', () => {
  it('have their details next to them, never as dimensions', () => {
    const dimensions = { channel: 'sms' };
    const details = { reason: 'timed_out' };
    const [record] = metricsOf({ name: 'FallbackEntered', dimensions, details });
    expect(record).toMatchObject({ FallbackEntered: 1, channel: 'sms', reason: 'timed_out' });
    expect(record._aws.CloudWatchMetrics[0].Dimensions).toEqual([['service', 'channel']]);
  });

  it('have one record for each set of dimensions', () => {
    const latency = (operation: string, milliseconds: number): Measurement => {
      return { name: 'VonageLatency', dimensions: { operation }, milliseconds };
    };
    const records = metricsOf({ name: 'Started' }, latency('start', 12), latency('check', 30), {
      name: 'CheckUrlIssued',
    });
    const counted = ['Started', 'CheckUrlIssued'].map((Name) => ({ Name, Unit: 'Count' }));
    const measured = {
      Dimensions: [['service', 'operation']],
      Metrics: [{ Name: 'VonageLatency', Unit: 'Milliseconds' }],
    };
    expect(records.map(({ _aws }) => _aws.CloudWatchMetrics)).toMatchObject([
      [{ Dimensions: [['service']], Metrics: counted }],
      [measured],
      [measured],
    ]);
    expect(records).toMatchObject([
      { Started: 1, CheckUrlIssued: 1, service: 'silent-auth-dev' },
      { VonageLatency: 12, operation: 'start' },
      { VonageLatency: 30, operation: 'check' },
    ]);
  });

  it('count what happened twice in one invocation', () => {
    const delivered = { name: 'PushDelivered' } as const;
    expect(metricsOf(delivered, delivered)).toMatchObject([{ PushDelivered: [1, 1] }]);
  });

  it('have no record for an invocation that measured nothing', () => {
    expect(metricsOf()).toEqual([]);
    expect(lines).toHaveLength(1);
  });
});
