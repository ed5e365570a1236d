/** Shows a step that takes a while; on stderr, because stdout holds only results. */
export function progress(text: string): void {
  process.stderr.write(`… ${text}\n`);
}
