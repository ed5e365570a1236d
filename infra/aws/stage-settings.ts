/** CDK context comes as an object (cdk.json) or as text (`-c stageSettings='{…}'`). */

import type { Stage } from './stage.ts';

/** Throws when it is neither an object nor the JSON of one. Members are checked with the stage. */
export function parseStageSettings(context: unknown): Partial<Stage> {
  if (context === undefined || context === '') return {};
  const value: unknown = typeof context === 'string' ? JSON.parse(context) : context;
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new Error('context stageSettings is not an object');
  }
  return value;
}
