import { UsageError } from '../../../shared/command/usage-error.ts';
import type { Development } from '../functions.ts';

/** The port that debuggers try first. */
const DEFAULT_PORT = 9229;

/** `INSPECT=start` or `INSPECT=start:9230`. @throws UsageError */
export function readInspected(text: string | undefined): Development['inspected'] {
  if (text === undefined || text === '') return undefined;
  const [, name = '', port] = /^([a-z-]+)(?::(\d{1,5}))?$/.exec(text) ?? [];
  const number = Number(port ?? DEFAULT_PORT);
  if (name === '' || number > 65_535) {
    throw new UsageError('INSPECT must be the name of a function, with :<port> or without');
  }
  return { function: name, port: number };
}
