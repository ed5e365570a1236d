/** The randomness of use cases. */

import { randomBytes } from 'node:crypto';
import type { Random } from '../domain/ports/random.ts';

export const random: Random = {
  attemptId: () => randomBytes(6).toString('base64url'),
  nonce: () => randomBytes(16).toString('base64url'),
};
