/** Starts one stack for all whole-system tests, on free ports. */

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestProject } from 'vitest/node';
import { openAssembly } from '../../infra/local/assemblies.ts';
import type { Endpoints } from '../../infra/local/endpoints.ts';
import { startStack } from '../../infra/local/stack.ts';
import { PATIENCE } from '../fixtures/patience.ts';
import { watchLines } from '../fixtures/private-lines.ts';

declare module 'vitest' {
  interface ProvidedContext {
    readonly endpoints: Endpoints;
    /** Folder of a cloud assembly, for tests that start a stack of their own. */
    readonly assemblyFolder: string;
    /** Folder of the shared stack, with the functions' logs. */
    readonly localFolder: string;
  }
}

export async function setup(project: TestProject): Promise<() => Promise<void>> {
  const folder = mkdtempSync(join(tmpdir(), 'silent-auth-system-'));
  const localFolder = join(folder, 'local');
  const assemblyFolder = await openAssembly({ context: { stage: 'dev' } });
  const stack = await startStack({ localFolder, assemblyFolder, ...PATIENCE });
  const assertPrivate = watchLines(stack);
  project.provide('endpoints', stack.endpoints);
  project.provide('assemblyFolder', assemblyFolder);
  project.provide('localFolder', localFolder);
  return async () => {
    await stack.close();
    rmSync(folder, { recursive: true, force: true });
    assertPrivate();
  };
}
