/** How often each function was called. */

/** Every invocation writes one request line. */
export function createCallMeter(): {
  hear(line: { readonly function: string; readonly line: string }): void;
  take(): Readonly<Record<string, number>>;
} {
  let calls: Record<string, number> = {};
  return {
    hear({ function: name, line }) {
      if (!line.includes('"message":"request"')) return;
      calls[name] = (calls[name] ?? 0) + 1;
    },
    take() {
      const taken = calls;
      calls = {};
      return taken;
    },
  };
}
