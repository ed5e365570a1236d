import { CommandError } from '../../../shared/command/command-error.ts';
import { signApplicationJwt } from '../deployment/application-jwt.ts';
import type { Secrets } from '../deployment/secrets.ts';

/**
 * Creates a JWT for calling Vonage with curl. @throws CommandError while no application is
 * configured
 */
export async function createJwt({ read }: Pick<Secrets, 'read'>): Promise<string> {
  const { application_id: id = '', private_key: pem = '' } = await read('privateKey');
  if (id === '' || pem === '') throw new CommandError('no application is configured yet');
  return signApplicationJwt(id, pem);
}
