/** The parameter with which operators switch channels off; read at the end of INIT, then once a minute. */

import { createChannelSwitch } from '../adapters/parameters/channel-switch.ts';
import { ENV } from '../config.ts';
import type { ChannelSwitch } from '../domain/ports/channel-switch.ts';
import { type Aws, requestOptions } from './aws.ts';
import { findVariable } from './environment.ts';

export function findChannelSwitch(aws: Aws): { readonly channelSwitch?: ChannelSwitch } {
  const parameter = findVariable(ENV.channelSwitch);
  if (parameter === undefined) return {};
  const options = requestOptions(aws, ENV.parametersEndpoint);
  return { channelSwitch: createChannelSwitch({ ...options, parameter }) };
}
