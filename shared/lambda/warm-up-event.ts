/** The event with which `start` warms other functions. */

import { WARM_UP_EVENT } from '../config.ts';

/** API Gateway always sets `requestContext`, so a body or a header cannot imitate the event. */
export function isWarmUp(event: unknown): boolean {
  return (
    typeof event === 'object' &&
    event !== null &&
    'source' in event &&
    event.source === WARM_UP_EVENT.source &&
    !('requestContext' in event)
  );
}
