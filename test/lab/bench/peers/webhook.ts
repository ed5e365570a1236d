/** What a peer reads of a webhook. */

export interface PeerWebhook {
  readonly request_id: string;
  readonly status: string;
  readonly action?: { readonly check_url?: string };
}
