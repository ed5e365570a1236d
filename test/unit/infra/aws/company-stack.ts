/** An example of your own stack, in which users sign in with a proof. */

import { type App, Stack, Validations } from 'aws-cdk-lib';
import { UserPool } from 'aws-cdk-lib/aws-cognito';
import { CognitoSignIn } from '../../../../docs/examples/cognito/cognito-sign-in.ts';

/** @param bundle folder of the trigger's code */
export function createCompanyStack(
  app: App,
  { bundle, issuer = 'https://verify.example.com' }: { bundle: string; issuer?: string },
): Stack {
  const stack = new Stack(app, 'Company');
  const userPool = new UserPool(stack, 'UserPool');
  Validations.of(userPool).acknowledge(
    ...['COG1', 'COG2', 'COG8'].map((rule) => ({
      id: `AwsSolutions::AwsSolutions-${rule}`,
      reason: 'The user pool belongs to your backend.',
    })),
  );
  new CognitoSignIn(stack, 'CognitoSignIn', { userPool, issuer, audience: 'company', bundle });
  return stack;
}
