/**
 * CloudFront in front of the HTTP API, for stages that want a WAF in front of callers. It passes
 * the caller's address to `start`, with a secret header that proves that CloudFront set it. Nothing
 * is cached. Webhooks do not pass through it: Vonage calls the API's own address, so that a WAF
 * cannot refuse it.
 */

import { Duration, Names, RemovalPolicy, SecretValue, Stack, Validations } from 'aws-cdk-lib';
import { Certificate } from 'aws-cdk-lib/aws-certificatemanager';
import {
  AllowedMethods,
  CacheHeaderBehavior,
  CachePolicy,
  CacheQueryStringBehavior,
  Distribution,
  HttpVersion,
  OriginProtocolPolicy,
  OriginRequestHeaderBehavior,
  OriginRequestPolicy,
  OriginSslPolicy,
  SecurityPolicyProtocol,
  ViewerProtocolPolicy,
} from 'aws-cdk-lib/aws-cloudfront';
import { HttpOrigin } from 'aws-cdk-lib/aws-cloudfront-origins';
import { Secret } from 'aws-cdk-lib/aws-secretsmanager';
import { Construct } from 'constructs';
import { EDGE_HEADERS } from '../../../shared/config.ts';
import type { EdgeSettings } from '../stage.ts';

/** Alphanumeric characters: 285 bits. */
const SECRET_LENGTH = 48;
/** Every error status whose caching can be configured; CloudFront caches no other error. */
const CACHEABLE_ERRORS = [400, 403, 404, 405, 414, 416, 500, 501, 502, 503, 504];
const ORIGIN_TIMEOUT = Duration.seconds(30);

export interface EdgeProps {
  readonly settings: EdgeSettings;
  /** Host of the HTTP API. */
  readonly origin: string;
}

export class Edge extends Construct {
  /** `{origin_secret, previous_origin_secret?}`, the first generated once. */
  readonly secret: Secret;
  /** Address for apps, without a trailing slash. */
  readonly url: string;
  readonly distribution: Distribution;

  constructor(scope: Construct, id: string, { settings, origin }: EdgeProps) {
    super(scope, id);
    this.secret = new Secret(this, 'Secret', {
      description: 'Header by which start knows CloudFront',
      generateSecretString: {
        secretStringTemplate: '{}',
        generateStringKey: 'origin_secret',
        passwordLength: SECRET_LENGTH,
        excludePunctuation: true,
      },
      // It can be created again at any time: both of its users are in this stack. CloudFormation
      // resolves it into CloudFront's configuration only when that changes:
      // rotate-origin-secret.md.
      removalPolicy: RemovalPolicy.DESTROY,
    });
    Validations.of(this.secret).acknowledge({
      id: 'AwsSolutions::AwsSolutions-SMG4',
      reason:
        'A rotated secret would have to reach CloudFront and the function at the same moment.',
    });
    this.distribution = this.createDistribution(settings, origin);
    this.url = `https://${settings.domain?.domainName ?? this.distribution.domainName}`;
  }

  private createDistribution(
    { webAclArn, domain, secretVersion }: EdgeSettings,
    origin: string,
  ): Distribution {
    // A reference that CloudFormation resolves: the template never contains the value.
    const secret = SecretValue.secretsManager(this.secret.secretArn, {
      jsonField: 'origin_secret',
      ...(secretVersion !== undefined && { versionId: secretVersion }),
    }).unsafeUnwrap();
    const distribution = new Distribution(this, 'Distribution', {
      comment: 'Silent authentication: the HTTP API',
      webAclId: webAclArn,
      httpVersion: HttpVersion.HTTP2_AND_3,
      defaultBehavior: {
        origin: new HttpOrigin(origin, {
          protocolPolicy: OriginProtocolPolicy.HTTPS_ONLY,
          originSslProtocols: [OriginSslPolicy.TLS_V1_2],
          readTimeout: ORIGIN_TIMEOUT,
          customHeaders: { [EDGE_HEADERS.secret]: secret },
        }),
        viewerProtocolPolicy: ViewerProtocolPolicy.HTTPS_ONLY,
        allowedMethods: AllowedMethods.ALLOW_ALL,
        cachePolicy: this.forwardsAuthorization(),
        originRequestPolicy: this.tellsViewerAddress(),
      },
      // CloudFront caches an error for 10 s by default, even with `no-store`.
      errorResponses: CACHEABLE_ERRORS.map((httpStatus) => ({
        httpStatus,
        ttl: Duration.seconds(0),
      })),
      ...(domain && {
        domainNames: [domain.domainName],
        certificate: Certificate.fromCertificateArn(this, 'Certificate', domain.certificateArn),
        minimumProtocolVersion: SecurityPolicyProtocol.TLS_V1_2_2021,
      }),
    });
    Validations.of(distribution).acknowledge(
      {
        id: 'AwsSolutions::AwsSolutions-CFR1',
        reason: 'The stage allows countries by phone number; travellers call from anywhere.',
      },
      {
        id: 'AwsSolutions::AwsSolutions-CFR3',
        reason: 'The HTTP API behind it logs every request that is not refused here.',
      },
      {
        id: 'AwsSolutions::AwsSolutions-CFR4',
        reason: 'Without a domain of the stage, CloudFront’s own certificate sets its minimum.',
      },
    );
    return distribution;
  }

  /** CloudFront forwards `Authorization` only as part of the cache key. Nothing is cached. */
  private forwardsAuthorization(): CachePolicy {
    return new CachePolicy(this, 'CachePolicy', {
      comment: 'Forwards Authorization, keeps nothing',
      minTtl: Duration.seconds(0),
      defaultTtl: Duration.seconds(0),
      maxTtl: Duration.seconds(1),
      headerBehavior: CacheHeaderBehavior.allowList('Authorization'),
      queryStringBehavior: CacheQueryStringBehavior.none(),
    });
  }

  private tellsViewerAddress(): OriginRequestPolicy {
    return new OriginRequestPolicy(this, 'OriginRequestPolicy', {
      // Names of policies are global; CDK adds the region to those of cache policies only.
      originRequestPolicyName: `${Names.uniqueId(this)}-${Stack.of(this).region}`,
      comment: 'What the functions and CORS read, and who called',
      headerBehavior: OriginRequestHeaderBehavior.allowList(
        ...['Content-Type', 'Idempotency-Key', 'X-Correlator', 'Origin'],
        ...['Access-Control-Request-Headers', 'Access-Control-Request-Method'],
        'CloudFront-Viewer-Address',
      ),
    });
  }
}
