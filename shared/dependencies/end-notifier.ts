/** The EventBridge bus for the ends of verifications, where the stage has one. */

import { createEndNotifier } from '../adapters/eventbridge/end-notifier.ts';
import { ENV } from '../config.ts';
import type { EndNotifier } from '../domain/ports/end-notifier.ts';
import type { Telemetry } from '../domain/ports/telemetry.ts';
import { type Aws, requestOptions } from './aws.ts';
import { findVariable } from './environment.ts';
import { clock } from './instance.ts';

export function findEndNotifier(
  aws: Aws,
  telemetry: Telemetry,
): { readonly endNotifier?: EndNotifier } {
  const bus = findVariable(ENV.eventBus);
  if (bus === undefined) return {};
  const options = requestOptions(aws, ENV.eventBridgeEndpoint);
  return { endNotifier: createEndNotifier({ ...options, bus, clock, telemetry }) };
}
