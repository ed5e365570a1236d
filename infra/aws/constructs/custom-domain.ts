/** A custom domain in front of an API. Its DNS record points at `regionalDomainName`. */

import { DomainName, SecurityPolicy } from 'aws-cdk-lib/aws-apigatewayv2';
import { Certificate } from 'aws-cdk-lib/aws-certificatemanager';
import type { Construct } from 'constructs';
import type { CustomDomain } from '../stage.ts';

/** The domain, or undefined when the stage has none. */
export function createDomain(
  scope: Construct,
  domain: CustomDomain | undefined,
): DomainName | undefined {
  if (domain === undefined) return undefined;
  return new DomainName(scope, 'Domain', {
    domainName: domain.domainName,
    certificate: Certificate.fromCertificateArn(scope, 'Certificate', domain.certificateArn),
    securityPolicy: SecurityPolicy.TLS_1_2,
  });
}
