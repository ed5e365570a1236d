/**
 * Reads which channels operators have switched off: one parameter of Systems Manager, whose value
 * is their names with commas between, or `none`.
 */

import type { ChannelSwitch } from '../../domain/ports/channel-switch.ts';
import { type Channel, isChannel } from '../../domain/workflow.ts';
import { type AwsPostOptions, postToAws } from '../aws/post.ts';

export interface ChannelSwitchOptions extends AwsPostOptions {
  /** Name of the parameter. */
  readonly parameter: string;
}

/** Milliseconds until a change reaches every instance. */
const FRESH_MS = 60_000;

/**
 * A parameter that does not exist switches nothing off. A failed read keeps the last value (before
 * the first read: none), because the switch must not stop starts.
 */
export function createChannelSwitch(options: ChannelSwitchOptions): ChannelSwitch {
  const { clock, parameter } = options;
  let known: readonly Channel[] = [];
  let readAtMs = Number.NEGATIVE_INFINITY;
  let reading: Promise<void> | undefined;

  const read = async (): Promise<void> => {
    try {
      const input = { Name: parameter };
      const operation = { service: 'ssm', target: 'AmazonSSM.GetParameter', input };
      const { status, output } = await postToAws(operation, options);
      if (status === 200) known = toChannels(output);
      else if (isMissing(output)) known = [];
    } catch {
      // Keeps the last value; the next read follows in a minute.
    }
    readAtMs = clock.now();
    reading = undefined;
  };

  return {
    switchedOff: async () => {
      if (clock.now() - readAtMs >= FRESH_MS) {
        reading ??= read();
        await reading;
      }
      return known;
    },
  };
}

function isMissing(output: unknown): boolean {
  const type = memberOf(output, '__type');
  return typeof type === 'string' && type.endsWith('ParameterNotFound');
}

/** Unknown names are ignored. */
function toChannels(output: unknown): readonly Channel[] {
  const parameter = memberOf(output, 'Parameter');
  const value = memberOf(parameter, 'Value');
  if (typeof value !== 'string') return [];
  return value
    .split(',')
    .map((name) => name.trim())
    .filter(isChannel);
}

function memberOf(value: unknown, name: string): unknown {
  if (typeof value !== 'object' || value === null) return undefined;
  return new Map<string, unknown>(Object.entries(value)).get(name);
}
