/**
 * Enforces API Gateway's limit of 32 KB per frame, because the WebSocket library only counts whole
 * messages.
 */

/** Above this API Gateway closes the connection with 1009. */
const MAX_FRAME_BYTES = 32 * 1024;

/**
 * Watches the bytes that a client sends, without consuming them (RFC 6455 §5.2).
 * @returns a function that takes each chunk and returns whether a frame in it is too large
 */
export function createFrameWatcher(): (chunk: Buffer) => boolean {
  let header = Buffer.alloc(0);
  let payloadLeft = 0;

  return (chunk) => {
    let rest = chunk;
    while (rest.length > 0) {
      const skipped = Math.min(payloadLeft, rest.length);
      payloadLeft -= skipped;
      rest = rest.subarray(skipped);
      if (rest.length === 0) break;
      const before = header.length;
      header = Buffer.concat([header, rest.subarray(0, 14 - before)]);
      const frame = readHeader(header);
      if (!frame) return false;
      rest = rest.subarray(frame.headerBytes - before);
      header = Buffer.alloc(0);
      payloadLeft = frame.payloadBytes;
      if (payloadLeft > MAX_FRAME_BYTES) return true;
    }
    return false;
  };
}

/** @returns undefined while the header is incomplete */
function readHeader(
  bytes: Buffer,
): { readonly headerBytes: number; readonly payloadBytes: number } | undefined {
  if (bytes.length < 2) return undefined;
  const second = bytes.readUInt8(1);
  const short = second & 0x7f;
  const extendedBytes = short === 126 ? 2 : short === 127 ? 8 : 0;
  const headerBytes = 2 + extendedBytes + (second & 0x80 ? 4 : 0);
  if (bytes.length < headerBytes) return undefined;
  if (extendedBytes === 0) return { headerBytes, payloadBytes: short };
  if (extendedBytes === 2) return { headerBytes, payloadBytes: bytes.readUInt16BE(2) };
  return { headerBytes, payloadBytes: Number(bytes.readBigUInt64BE(2)) };
}
