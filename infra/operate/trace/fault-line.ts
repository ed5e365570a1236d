/** A log line of a fault, as `shared/lambda/telemetry.ts` writes it. */

import { z } from 'zod';
import { UsageError } from '../../../shared/command/usage-error.ts';

const faultLine = z.object({ bundle: z.string(), fault: z.array(z.string()).min(1) });

export interface Fault {
  /** Hash of the bundle that logged it. */
  readonly bundle: string;
  /** The error, then its causes: `<name> | at <frame> | at <frame>`. */
  readonly chain: readonly string[];
}

/** @throws UsageError when the line has no fault */
export function parseFault(line: string): Fault {
  const parsed = faultLine.safeParse(parseJson(line));
  if (parsed.success) return { bundle: parsed.data.bundle, chain: parsed.data.fault };
  throw new UsageError('this log line has no fault: it needs the members "fault" and "bundle"');
}

/** Log tools put a timestamp or a file name before the line. */
function parseJson(line: string): unknown {
  const start = line.indexOf('{');
  const end = line.lastIndexOf('}');
  try {
    return JSON.parse(line.slice(start, end + 1));
  } catch (cause) {
    throw new UsageError('the log line is not JSON', { cause });
  }
}
