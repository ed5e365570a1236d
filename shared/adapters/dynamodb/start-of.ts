/** Who holds a lock or a count: one try of a start, `<start>.<try>`. */

/** What all tries of one start share. */
export function startOf(owner: string): string {
  return owner.split('.')[0] ?? owner;
}
