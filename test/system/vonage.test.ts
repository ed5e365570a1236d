/** What Vonage answers and sends while a verification starts and runs, over one stack. */

import { afterAll, afterEach, beforeAll, describe } from 'vitest';
import {
  ALL_CHANNELS,
  type ScriptedStack,
  startScriptedStack,
} from '../fixtures/scripted-stack.ts';
import { vonageAnswers } from './vonage/answers.ts';
import { guideTables } from './vonage/guide-tables.ts';
import { vonageStarts } from './vonage/starts.ts';

let stack: ScriptedStack;

beforeAll(async () => {
  stack = await startScriptedStack({ workflow: ALL_CHANNELS });
});
afterEach(() => stack.endTest());
afterAll(() => stack?.close());

describe('answers', () => vonageAnswers(() => stack));
describe('starts', () => vonageStarts(() => stack));
describe('documents', () => guideTables(() => stack));
