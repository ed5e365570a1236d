/**
 * The numbering plan of `+1`. It opens new area codes every year, so the metadata is always behind
 * it. An unknown area code therefore counts as one of the United States or Canada, unless the plan
 * reserves it for another purpose.
 */

/**
 * Exchanges without subscribers: N11 are services, 976 is premium, the others belong to operators.
 */
const NO_EXCHANGE = /^\d{3}(?:\d11|555|950|958|959|976)/;

const SHAPE = /^[2-9]\d{2}[2-9]\d{6}$/;

/**
 * Area codes that the plan does not assign to areas: two equal digits at the end (easily recognised
 * codes), 9 in the middle (for longer numbers), reserved ones (37x, 96x, 88x), 456 and 710
 * (carriers and government), and 5xx (personal numbers).
 */
const NO_AREA = /^(?:\d(\d)\1|\d9\d|37\d|96\d|88\d|456|710|5\d\d)/;

/** Whether a subscriber may have this number. @param national without its `1` */
export function isSubscriber(national: string): boolean {
  return SHAPE.test(national) && !NO_EXCHANGE.test(national);
}

/** Whether the plan may assign this area code to an area. */
export function mayBeArea(national: string): boolean {
  return SHAPE.test(national) && !NO_AREA.test(national);
}
