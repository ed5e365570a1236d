/** After `completed`: the app passes a proof to your backend, which accepts or refuses it. */
import { decodeJwt } from 'jose';
import type { Verification } from '../../../shared/client/verification.ts';
import { SPENT } from './company.ts';
import type { Stage } from './story.ts';

/** Signs in with a proof of the number; an altered and a repeated proof are refused. */
export async function signInByNumber(
  verification: Verification,
  phoneNumber: string,
  { company, note, signal }: Stage,
): Promise<void> {
  const fetchProof = async (): Promise<string> =>
    (await verification.proof({ phoneNumber }, { signal })).proof;
  const proof = await fetchProof();
  note('  the app sends the proof to your backend, which fetches the public keys');
  const altered = withNumber(proof, '+4915100000000');
  await refuses(company.accept(altered), 'ERR_JWS_SIGNATURE_VERIFICATION_FAILED');
  note('  refused: the same proof with another number');
  const { phone_number: proven, amr } = await company.accept(proof);
  if (proven !== phoneNumber) throw new Error('the proof names another number');
  note(`  accepted: by ${amr}, phone_number …${phoneNumber.slice(-4)}, its own nonce`);
  await refuses(company.accept(await fetchProof()), SPENT);
  note(`  refused: another proof of the same verification: ${SPENT}`);
}

/** An e-mail code proves a mailbox, so a proof of the number is refused. */
export async function signInByEmail(
  verification: Verification,
  { phoneNumber, email }: { readonly phoneNumber: string; readonly email: string },
  { company, note, signal }: Stage,
): Promise<void> {
  await refuses(verification.proof({ phoneNumber, email }, { signal }), 'proof_refused');
  note('  /proof is refused for the number: a code by e-mail does not prove it');
  const { proof } = await verification.proof({ email }, { signal });
  const { email: proven, phone_number: number, amr } = await company.accept(proof);
  if (proven !== email || number !== undefined) throw new Error('the proof has other claims');
  note(`  your backend accepts: by ${amr}, the address and no phone_number`);
}

/** Throws unless the attempt was refused for this reason. */
async function refuses(attempt: Promise<unknown>, reason: string): Promise<void> {
  const { code, message } = await attempt.then(
    () => ({ code: undefined, message: 'the proof was accepted' }),
    (error: Error & { readonly code?: string }) => error,
  );
  if ((code ?? message) !== reason) throw new Error(`not refused as ${reason}: ${message}`);
}

function withNumber(proof: string, phoneNumber: string): string {
  const [header, , signature] = proof.split('.');
  const claims = { ...decodeJwt(proof), phone_number: phoneNumber };
  const payload = Buffer.from(JSON.stringify(claims)).toString('base64url');
  return `${header}.${payload}.${signature}`;
}
