/**
 * Allows only one stack per folder, because two would overwrite each other's tables and secrets.
 */
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { LocalStackError } from './error.ts';

/**
 * Locks the folder for this process. The lock of a process that has ended is ignored.
 * @returns a function that releases it
 * @throws LocalStackError when a running stack holds it
 */
export function lockFolder(folder: string): () => void {
  const file = join(folder, 'lock');
  if (!tryCreate(file)) {
    const pid = Number(readFileSync(file, 'utf8'));
    if (isAlive(pid)) {
      throw new LocalStackError(
        `${folder} is in use by the stack of process ${pid}; end it or choose another LOCAL_DIR`,
      );
    }
    writeFileSync(file, String(process.pid));
  }
  return () => rmSync(file, { force: true });
}

function tryCreate(file: string): boolean {
  try {
    writeFileSync(file, String(process.pid), { flag: 'wx', mode: 0o600 });
    return true;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EEXIST') return false;
    throw error;
  }
}

function isAlive(pid: number): boolean {
  if (!Number.isInteger(pid) || pid <= 0) return false;
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}
