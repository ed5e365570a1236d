/** The floor: what a start costs before there is any code. */
export const handler = async () => ({ statusCode: 204 });
