/** The channel switch. */

import type { Channel } from '../workflow.ts';

/** Channels that operators have switched off, without a deployment; never throws. */
export interface ChannelSwitch {
  readonly switchedOff: () => Promise<readonly Channel[]>;
}
