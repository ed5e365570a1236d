/** The only reader of the environment. A variable that must be there ends INIT with its name. */

export function requireVariable(name: string): string {
  const value = findVariable(name);
  if (value === undefined) throw new Error(`the environment variable ${name} is not set`);
  return value;
}

/** An empty variable counts as absent. */
export function findVariable(name: string): string | undefined {
  return process.env[name] || undefined;
}

/** The infrastructure writes these variables from values of the same types (`shared/config.ts`). */
export function requireJson<T>(name: string): T {
  return JSON.parse(requireVariable(name));
}
