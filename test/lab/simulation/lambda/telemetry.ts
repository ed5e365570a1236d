/** The log lines and metrics of one instance, into the history instead of CloudWatch. */

import type { InvocationTelemetry } from '../../../../shared/lambda/telemetry.ts';
import type { History } from '../history.ts';

export function createSimulatedTelemetry(history: History): InvocationTelemetry {
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
