/** What the AWS process and the one that runs the functions tell each other. */
import { z } from 'zod';

/** A function is to be invoked; `id` only where somebody waits for its answer. */
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
