/** The Android recipe compiles, where a Kotlin compiler is at hand (`KOTLINC`, or `kotlinc` on the PATH). */

import { execFile, execFileSync } from 'node:child_process';
import { existsSync, globSync, mkdtempSync, realpathSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';

/** The compiler, if it brings the coroutines that it is built with. */
function findCompiler(): { readonly kotlinc: string; readonly coroutines: string } | undefined {
  try {
    const found = process.env.KOTLINC ?? execFileSync('which', ['kotlinc'], { encoding: 'utf8' });
    const kotlinc = realpathSync(found.trim());
    const coroutines = join(dirname(kotlinc), '../lib/kotlinx-coroutines-core-jvm.jar');
    return existsSync(coroutines) ? { kotlinc, coroutines } : undefined;
  } catch {
    return undefined;
  }
}

const compiler = findCompiler();
if (!compiler) console.warn('the Kotlin recipe is not compiled: there is no kotlinc');

describe.skipIf(!compiler)('docs/examples/android', () => {
  it('compiles against stubs of Android, OkHttp, org.json and Vonage’s library', async () => {
    const { kotlinc = '', coroutines = '' } = compiler ?? {};
    const out = mkdtempSync(join(tmpdir(), 'silent-auth-kotlin-'));
    const sources = globSync([
      'docs/examples/{android,react-native/android}/**/*.kt',
      'test/fixtures/kotlin-stubs/*.kt',
    ]);
    const flags = ['-nowarn', '-d', out, '-cp', coroutines];
    await promisify(execFile)(kotlinc, [...flags, ...sources]);
    expect(globSync(join(out, '**/SilentAuth.class'))).toHaveLength(1);
  });
});
