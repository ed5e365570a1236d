/** Warms the functions that a verification needs next. */

/** Returns at once; what fails or hangs has no effect. */
export type WarmOthers = () => void;
