/**
 * Stands before a bundle in its folder: counts RSA signatures, and tells when asked what the process
 * has loaded. It loads nothing that the bundle would not.
 */
const crypto = process.getBuiltinModule('node:crypto');
let signatures = 0;
const { subtle } = crypto.webcrypto;
const { sign } = subtle;
Object.getPrototypeOf(subtle).sign = function (algorithm, ...rest) {
  signatures += 1;
  return Reflect.apply(sign, this, [algorithm, ...rest]);
};
for (const name of ['sign', 'createSign']) {
  const original = crypto[name];
  crypto[name] = (...rest) => {
    signatures += 1;
    return original(...rest);
  };
}
process.getBuiltinModule('node:module').syncBuiltinESMExports();

const { handler: bundled } = await import('./index.mjs');

/** A part of Node that costs a start 25 ms and that no function needs. */
const NEEDLESS = /undici/;

export const handler = async (event, context) =>
  event.probe
    ? { signatures, needless: process.moduleLoadList.filter((name) => NEEDLESS.test(name)) }
    : bundled(event, context);
