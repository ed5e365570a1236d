/** The answer of a route, before it becomes the event's result. */
export interface HttpAnswer {
  readonly status: number;
  /** Sent as JSON; a string is sent as it is. */
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}
