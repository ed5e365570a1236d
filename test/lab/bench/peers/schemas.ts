/** What apps and Vonage send to a peer. */

import { z } from 'zod';

export const startBody = z.object({ phone_number: z.string().regex(/^\+[1-9]\d{6,14}$/) });
export const checkBody = z.object({ request_id: z.string(), code: z.string() });
export const webhookBody = z.object({
  request_id: z.string(),
  status: z.string(),
  action: z.object({ check_url: z.string() }).optional(),
});
export const subscription = z.object({ request_id: z.string(), client_token: z.string() });
