/** What the builder of a function's needs returns. */

/** `early`: tasks that INIT runs before the first request. */
export interface Dependencies<Needs> {
  readonly needs: Needs;
  readonly early: readonly EarlyTask[];
}

/** For functions through which INIT sends an example (`warm-up.ts`). */
export interface WarmableDependencies<Needs> extends Dependencies<Needs> {
  /** The same adapters as separate objects, connected to memory instead of the network. */
  readonly warmUpNeeds: () => Needs;
}

/** Affects this instance only. A rejection is ignored. */
export type EarlyTask = () => Promise<unknown>;
