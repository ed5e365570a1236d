/**
 * Cloud assemblies, cached by a hash of sources, packages and settings. If none of these has
 * changed, the CDK app does not run again, and a stack starts in half the time.
 */
import { createHash, randomUUID } from 'node:crypto';
import { existsSync, globSync } from 'node:fs';
import { mkdir, readdir, readFile, rename, rm, stat, utimes } from 'node:fs/promises';
import { join } from 'node:path';
import { PROJECT_FOLDER, type SynthesizeOptions, synthesize } from './synthesize.ts';

/** `npm ci` empties it. */
const FOLDER = join(PROJECT_FOLDER, 'node_modules/.cache/silent-auth/assemblies');
const SOURCES = [
  '{functions,shared,infra/aws}/**/*.{ts,json}',
  '{cdk,package,package-lock,tsconfig}.json',
];
/** Assemblies older than a day are deleted; each takes 8 MB. */
const KEPT_MS = 24 * 60 * 60 * 1000;

/**
 * Returns the folder of an assembly for this context; other processes may read it too.
 * @param make writes an assembly; tests replace it
 * @throws LocalStackError when the app fails
 */
export async function openAssembly(
  options: SynthesizeOptions,
  { folder = FOLDER, make = synthesize } = {},
): Promise<string> {
  const assembly = join(folder, await keyOf(options.context));
  if (!existsSync(assembly)) {
    const unfinished = `${assembly}.${randomUUID()}`;
    try {
      await mkdir(folder, { recursive: true });
      await make(unfinished, options);
      await rename(unfinished, assembly);
    } catch (error) {
      if (!existsSync(assembly)) throw error; // another process was faster
    } finally {
      await rm(unfinished, { recursive: true, force: true });
    }
    await removeUnused(folder);
  }
  const now = new Date();
  await utimes(assembly, now, now);
  return assembly;
}

async function keyOf(context: SynthesizeOptions['context']): Promise<string> {
  const hash = createHash('sha256').update(JSON.stringify([process.version, context]));
  for (const file of globSync(SOURCES, { cwd: PROJECT_FOLDER }).sort()) {
    hash.update(`\0${file}\0`).update(await readFile(join(PROJECT_FOLDER, file)));
  }
  return hash.digest('hex').slice(0, 16);
}

async function removeUnused(folder: string): Promise<void> {
  for (const name of await readdir(folder)) {
    const assembly = join(folder, name);
    const found = await stat(assembly).catch(() => undefined); // deleted by another process
    if (found === undefined || Date.now() - found.mtimeMs < KEPT_MS) continue;
    await rm(assembly, { recursive: true, force: true });
  }
}
