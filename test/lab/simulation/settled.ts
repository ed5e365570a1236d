/** Tells when nothing moves any more: neither a promise nor one of WebCrypto's threads. */

const COUNTED = ['sign', 'verify', 'importKey', 'digest'] as const;

let running = 0;
countWebCrypto();

/** Resolves once every continuation that could run has run. */
export async function settled(): Promise<void> {
  do await new Promise<void>((resolve) => setImmediate(resolve));
  while (running > 0);
}

/** WebCrypto answers from threads of its own, which no queue of this one tells about. */
function countWebCrypto(): void {
  for (const name of COUNTED) {
    const original: unknown = Reflect.get(crypto.subtle, name);
    if (typeof original !== 'function') continue;
    const counted = async (...args: unknown[]): Promise<unknown> => {
      running += 1;
      try {
        return await Reflect.apply(original, crypto.subtle, args);
      } finally {
        running -= 1;
      }
    };
    Object.defineProperty(crypto.subtle, name, { value: counted, configurable: true });
  }
}
