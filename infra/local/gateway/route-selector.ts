/** Finds a WebSocket message's route key by the API's route selection expression. */
import { z } from 'zod';
import { LocalStackError } from '../error.ts';

/** Understands only `$request.body.<member>`, the form that CDK writes. */
export function createRouteSelector(expression: string): (body: string) => string | undefined {
  const [, member] = /^\$\{?request\.body\.(\w+)\}?$/.exec(expression) ?? [];
  if (member === undefined) {
    throw new LocalStackError(`the route selection expression ${expression} is not known locally`);
  }
  const message = z.object({ [member]: z.string() });
  return (body) => {
    try {
      return message.safeParse(JSON.parse(body)).data?.[member];
    } catch {
      return undefined; // A body that is not JSON goes to the default route.
    }
  };
}
