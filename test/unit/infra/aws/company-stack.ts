/** A stack of your own, which signs a user in with a proof. */

import { type App, Stack, Validations } from 'aws-cdk-lib';
import { UserPool } from 'aws-cdk-lib/aws-cognito';
import { CognitoSignIn } from '../../../../docs/examples/cognito/cognito-sign-in.ts';

export interface CompanyOptions {
  /** Folder of the trigger's code. */
  readonly bundle: string;
  readonly issuer?: string;
}

export function createCompanyStack(
  app: App,
  { bundle, issuer = 'https://verify.example.com' }: CompanyOptions,
): Stack {
  const stack = new Stack(app, 'Company');
  const userPool = new UserPool(stack, 'UserPool');
  Validations.of(userPool).acknowledge(
    ...['COG1', 'COG2', 'COG8'].map((rule) => ({
      id: `AwsSolutions::AwsSolutions-${rule}`,
      reason: 'The user pool is the company’s own.',
    })),
  );
  new CognitoSignIn(stack, 'CognitoSignIn', { userPool, issuer, audience: 'company', bundle });
  return stack;
}
