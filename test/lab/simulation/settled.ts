/** Waits until no promise and no thread of WebCrypto has anything left to do. */

const COUNTED = ['sign', 'verify', 'importKey', 'digest'] as const;

let running = 0;
countWebCrypto();

/** Resolves once every continuation that could run has run. */
export async function settled(): Promise<void> {
  do await new Promise<void>((resolve) => setImmediate(resolve));
  while (running > 0);
}

/** WebCrypto works in threads of its own, which the queues of this thread do not show. */
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
