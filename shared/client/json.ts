/** Parses JSON from untrusted sources. */

/** `undefined` for text that is not JSON, such as a hotel's login page. */
export function parseJson(text: unknown): unknown {
  try {
    return JSON.parse(String(text));
  } catch {
    return undefined;
  }
}
