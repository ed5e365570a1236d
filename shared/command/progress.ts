/** Shows a step that takes a while; on stderr, because stdout holds only results. */
export function progress(text: string): void {
  console.error(`… ${text}`);
}
