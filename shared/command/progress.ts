/** For whatever takes more than a moment; on stderr, so that stdout holds results alone. */
export function progress(text: string): void {
  process.stderr.write(`… ${text}\n`);
}
