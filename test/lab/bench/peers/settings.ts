/** The configuration of a peer: variables that both its Lambda and its Express server read. */

export interface PeerSettings {
  readonly applicationId: string;
  /** PEM. */
  readonly privateKey: string;
  readonly signatureSecret: string;
  readonly vonageUrl: string;
  /** Of AWS's stand-ins. */
  readonly awsUrl: string;
  readonly table: string;
  readonly port: number;
}

export function readPeerSettings(): PeerSettings {
  const { env } = process;
  return {
    applicationId: env.PEER_APPLICATION_ID ?? '',
    privateKey: env.PEER_PRIVATE_KEY ?? '',
    signatureSecret: env.PEER_SIGNATURE_SECRET ?? '',
    vonageUrl: env.PEER_VONAGE_URL ?? '',
    awsUrl: env.PEER_AWS_URL ?? '',
    table: env.PEER_TABLE ?? '',
    port: Number(env.PEER_PORT ?? 0),
  };
}
