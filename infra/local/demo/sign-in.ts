/** After `completed`: the app passes a proof to your backend, which accepts or refuses it. */
import { decodeJwt } from 'jose';
import type { Verification } from '../../../shared/client/verification.ts';
import { SPENT } from './company.ts';
import type { Stage } from './story.ts';

/** A proof of the number signs in once; an altered or repeated one is refused. */
export async function signInByNumber(
  verification: Verification,
  phoneNumber: string,
  { company, note, signal }: Stage,
): Promise<void> {
  const fetchProof = async (): Promise<string> =>
    (await verification.proof({ phoneNumber }, { signal })).proof;
  const proof = await fetchProof();
  note("  the app hands a proof to the company's backend, which reads the public keys");
  const altered = withNumber(proof, '+4915100000000');
  await refuses(company.accept(altered), 'ERR_JWS_SIGNATURE_VERIFICATION_FAILED');
  note('  refused: the same proof with another number in it');
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
  note('  the backend refuses a proof of the number: an e-mail proves none');
  const { proof } = await verification.proof({ email }, { signal });
  const { email: proven, phone_number: number, amr } = await company.accept(proof);
  if (proven !== email || number !== undefined) throw new Error('the proof says something else');
  note(`  the company's backend accepts: by ${amr}, the address and no phone_number`);
}

/** Throws unless it was refused, and for that reason alone. */
async function refuses(attempt: Promise<unknown>, reason: string): Promise<void> {
  const { code, message } = await attempt.then(
    () => ({ code: undefined, message: 'it was accepted' }),
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
