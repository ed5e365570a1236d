/** What the builder of a function's needs returns. */

/** `early` is what INIT does ahead of the first request. */
export interface Dependencies<Needs> {
  readonly needs: Needs;
  readonly early: readonly EarlyTask[];
}

/** For functions that INIT carries an example through (`warm-up.ts`). */
export interface WarmableDependencies<Needs> extends Dependencies<Needs> {
  /** The same adapters over ends in memory, as objects of their own. */
  readonly warmUpNeeds: () => Needs;
}

/** Without effect on anything but this instance. A rejection is ignored. */
export type EarlyTask = () => Promise<unknown>;
