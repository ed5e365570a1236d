/** Messages between the AWS process and the process that runs the functions. */
import { z } from 'zod';

/** Requests an invocation; with `id` if its answer is awaited. */
export const invokeMessage = z.object({
  invoke: z.object({
    id: z.string().optional(),
    functionName: z.string(),
    event: z.unknown(),
  }),
});

/** `payload` is absent when the function failed. */
export const invokedMessage = z.object({
  invoked: z.object({ id: z.string(), payload: z.string().optional() }),
});
