/**
 * The four secrets. Three are placeholders whose fields the operator fills in; with an empty field
 * the functions answer 503. CloudFormation writes a value again whenever its property here changes,
 * so these properties are frozen (a test checks them): a change would overwrite the secret in use.
 * The secrets are kept when the stack is deleted, but not when a first deployment fails.
 */

import { RemovalPolicy, SecretValue, Validations } from 'aws-cdk-lib';
import { Secret } from 'aws-cdk-lib/aws-secretsmanager';
import { Construct } from 'constructs';

/** Alphanumeric characters: 381 bits. */
const MASTER_KEY_LENGTH = 64;

export class Secrets extends Construct {
  /** `{application_id, private_key}`: signs our calls to Vonage. */
  readonly privateKey: Secret;
  /** `{api_key, application_id, signature_secret, previous_signature_secret?}`: verifies webhooks. */
  readonly signature: Secret;
  /**
   * `{master_key}`, generated once. Secrets Manager generates only one value per secret, so the
   * functions derive guard, token and identity key from it by HKDF. A rotation writes `{guard_key,
   * token_key, identity_key, previous_token_key?}` instead; these take precedence over the master
   * key.
   */
  readonly keys: Secret;
  /** `{private_key, previous_public_key?}`: the ES256 key of the proofs. */
  readonly proofKey: Secret;

  constructor(scope: Construct, id: string) {
    super(scope, id);
    this.privateKey = placeholder(this, 'PrivateKey', 'Vonage application and its private key', [
      'application_id',
      'private_key',
    ]);
    this.signature = placeholder(this, 'Signature', 'Signature secret of the Vonage account', [
      'api_key',
      'application_id',
      'signature_secret',
    ]);
    this.keys = new Secret(this, 'Keys', {
      description: 'Master key of client tokens, guards and identities',
      generateSecretString: {
        secretStringTemplate: '{}',
        generateStringKey: 'master_key',
        passwordLength: MASTER_KEY_LENGTH,
        excludePunctuation: true,
      },
      removalPolicy: RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE,
    });
    this.proofKey = placeholder(this, 'ProofKey', 'ES256 key that signs the proofs', [
      'private_key',
    ]);
    Validations.of(this).acknowledge({
      id: 'AwsSolutions::AwsSolutions-SMG4',
      reason:
        'Vonage has no API that rotates its keys on a schedule, and ours rotate with an overlap ' +
        'that the runbooks describe.',
    });
  }
}

function placeholder(
  scope: Construct,
  id: string,
  description: string,
  fields: readonly string[],
): Secret {
  const empty = Object.fromEntries(fields.map((field) => [field, '']));
  return new Secret(scope, id, {
    description,
    // A placeholder, not a secret: the operator's value is never part of the template.
    secretStringValue: SecretValue.unsafePlainText(JSON.stringify(empty)),
    removalPolicy: RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE,
  });
}
