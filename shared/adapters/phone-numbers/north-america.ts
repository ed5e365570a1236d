/**
 * Whose a number of `+1` is. Metadata is older than the numbering plan, which opens area codes every
 * year, so an area code that nobody knows is taken for one of the United States or Canada, unless
 * the plan keeps it for something else.
 */

/** No exchange of subscribers: N11 are services, 976 is premium, the others are for operators. */
const NO_EXCHANGE = /^\d{3}(?:\d11|555|950|958|959|976)/;

const SHAPE = /^[2-9]\d{2}[2-9]\d{6}$/;

/**
 * Area codes that the plan does not give to areas: two equal digits at the end (easily recognised
 * ones), 9 in the middle (for longer numbers), those kept back, 456 and 710 of carriers and the
 * government, and 5xx (personal).
 */
const NO_AREA = /^(?:\d(\d)\1|\d9\d|37\d|96\d|88\d|456|710|5\d\d)/;

/** Whether somebody may have this number. @param national without its `1` */
export function isSubscriber(national: string): boolean {
  return SHAPE.test(national) && !NO_EXCHANGE.test(national);
}

/** Whether the area code is one that the plan may give to an area. */
export function mayBeArea(national: string): boolean {
  return SHAPE.test(national) && !NO_AREA.test(national);
}
