/**
 * Creates the cloud assembly by running the CDK app of `cdk.json` directly, and finds the template
 * and assets in it.
 */
import { spawn } from 'node:child_process';
import { readFile, rm } from 'node:fs/promises';
import { resolve } from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import { LocalStackError } from './error.ts';
import type { Assembly } from './template.ts';

export const PROJECT_FOLDER = fileURLToPath(new URL('../../', import.meta.url));
export const LOCAL_ACCOUNT = '000000000000';
export const LOCAL_REGION = 'eu-central-1';

const cdkJson = z.object({
  app: z.string().startsWith('node '),
  context: z.record(z.string(), z.unknown()).default({}),
});
const manifest = z.object({
  artifacts: z.record(
    z.string(),
    z.object({
      type: z.string(),
      environment: z.string().optional(),
      properties: z
        .object({
          templateFile: z.string().optional(),
          stackName: z.string().optional(),
          file: z.string().optional(),
        })
        .optional(),
    }),
  ),
});
const assetManifest = z.object({
  files: z
    .record(
      z.string(),
      z.object({
        source: z.object({ path: z.string(), packaging: z.string() }),
        destinations: z.record(z.string(), z.object({ objectKey: z.string() })),
      }),
    )
    .default({}),
});

export interface SynthesizeOptions {
  /** Overrides of the context in `cdk.json`. */
  readonly context: Readonly<Record<string, unknown>>;
  /** Ends the app early. */
  readonly signal?: AbortSignal | undefined;
}

/**
 * Runs the app; takes a few seconds and needs no network. CloudFormation's own rules are not
 * checked here, because they take longer than everything else; deployments and tests check them.
 * @throws LocalStackError with all that the app printed, when it fails
 */
export async function synthesize(
  folder: string,
  { context, signal }: SynthesizeOptions,
): Promise<void> {
  const configuration = cdkJson.parse(
    JSON.parse(await readFile(`${PROJECT_FOLDER}cdk.json`, 'utf8')),
  );
  const [, ...app] = configuration.app.split(/\s+/);
  await rm(folder, { recursive: true, force: true });
  const child = spawn(process.execPath, app, {
    cwd: PROJECT_FOLDER,
    env: {
      ...process.env,
      CDK_OUTDIR: folder,
      CDK_VALIDATION: 'false',
      CDK_CONTEXT_JSON: JSON.stringify({ ...configuration.context, ...context }),
    },
    stdio: ['ignore', 'pipe', 'pipe'],
    signal,
  });
  child.once('error', () => {}); // After an error `close` follows.
  const [exitCode, output, errors] = await Promise.all([
    new Promise<number | null>((done) => child.once('close', done)),
    text(child.stdout),
    text(child.stderr),
  ]);
  if (exitCode === 0) return;
  const reason = toReason(`${output}${errors}`);
  throw new LocalStackError(`the CDK app could not be synthesized\n${reason}`);
}

/**
 * The message of the error that ended the app, without its stack; without such an error, all that
 * was printed.
 */
function toReason(printed: string): string {
  const lines = printed.trimEnd().split('\n');
  const start = lines.findIndex((line) => /^\w*Error(?: \[\w+\])?: /.test(line));
  if (start < 0) return lines.join('\n');
  const length = lines.slice(start).findIndex((line) => /^\s+at /.test(line));
  return lines.slice(start, length < 0 ? undefined : start + length).join('\n');
}

/** Finds template and assets in a folder that {@link synthesize} or `cdk synth` made. */
export async function readAssembly(folder: string): Promise<Assembly> {
  const { artifacts } = manifest.parse(await readJson(folder, 'manifest.json'));
  const stacks = Object.entries(artifacts).filter(
    ([, it]) => it.type === 'aws:cloudformation:stack',
  );
  const [entry] = stacks;
  const templateFile = entry?.[1].properties?.templateFile;
  if (!entry || stacks.length > 1 || templateFile === undefined) {
    throw new LocalStackError(`the assembly holds ${stacks.length} stacks; one is needed`);
  }
  const assetFolders = new Map<string, string>();
  for (const { type, properties } of Object.values(artifacts)) {
    if (type !== 'cdk:asset-manifest' || properties?.file === undefined) continue;
    const { files } = assetManifest.parse(await readJson(folder, properties.file));
    for (const { source, destinations } of Object.values(files)) {
      for (const { objectKey } of Object.values(destinations)) {
        assetFolders.set(objectKey, resolve(folder, source.path));
      }
    }
  }
  const [stackName, stack] = entry;
  const [, region] = /^aws:\/\/[^/]+\/(.+)$/.exec(stack.environment ?? '') ?? [];
  return {
    templateFile: resolve(folder, templateFile),
    assetFolders,
    place: {
      region: region === undefined || region === 'unknown-region' ? LOCAL_REGION : region,
      accountId: LOCAL_ACCOUNT,
      stackName: stack.properties?.stackName ?? stackName,
    },
  };
}

async function readJson(folder: string, file: string): Promise<unknown> {
  return JSON.parse(await readFile(resolve(folder, file), 'utf8'));
}
