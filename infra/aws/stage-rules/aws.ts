/** Rules for settings that CloudFormation would refuse in the middle of a deployment. */

import { RetentionDays } from 'aws-cdk-lib/aws-logs';
import { WARMED } from '../../../shared/config.ts';
import { type CustomDomain, type EdgeSettings, type Stage, toStartSettings } from '../stage.ts';
import { broken, isIntegerBetween, type Rule } from './rule.ts';

/** Lambda accepts 4 KB of environment variables in total; the rest is for the other variables. */
const MAX_START_SETTINGS_BYTES = 3000;

/** Quota of an established account; a new one may have 10 (see Service Quotas). */
const DEFAULT_QUOTA = 1000;
/**
 * Least reservation of a function that is warmed: a warm-up takes one execution while users need
 * others.
 */
const LEAST_TO_WARM = 5;
/** Lambda refuses a reservation that leaves less than this for all other functions. */
const UNRESERVED_MINIMUM = 100;

export function awsFaults(stage: Stage): string[] {
  const retention = Object.values(RetentionDays);
  const startSettings = Buffer.byteLength(JSON.stringify(toStartSettings(stage)));
  const { httpDomain, websocketDomain } = stage;
  const quota = stage.concurrencyQuota ?? DEFAULT_QUOTA;
  const reserved = Object.values(stage.reservedConcurrency).reduce((sum, count) => sum + count, 0);
  return broken([
    [/^[a-z][a-z0-9]{0,15}$/.test(stage.name), 'name must be 1–16 lower-case letters and digits'],
    [
      retention.includes(stage.logRetentionDays) && stage.logRetentionDays <= 3653,
      'logRetentionDays must be a number of days that CloudWatch Logs knows, such as 14 or 90',
    ],
    [
      reserved === 0 || reserved <= quota - UNRESERVED_MINIMUM,
      `reservedConcurrency takes ${reserved} of ${quota}, and Lambda keeps ` +
        `${UNRESERVED_MINIMUM} for functions that reserve none: raise the quota and ` +
        'concurrencyQuota, or reserve less',
    ],
    ...clockRules(stage),
    [isIntegerBetween(quota, 1, 1_000_000), 'concurrencyQuota must be a whole number above 0'],
    [
      stage.playground || stage.alarmEmail !== undefined || stage.unattendedAlarms === true,
      'nobody would be notified of an alarm: set alarmEmail, or unattendedAlarms: true if somebody ' +
        'subscribes to the topics later',
    ],
    [
      stage.priceCeilingPerDay > 0 && stage.priceCeilingPerDay <= 1_000_000,
      'priceCeilingPerDay must be a number of euros above 0',
    ],
    [
      stage.alarmEmail === undefined || /^[^\s@]+@[^\s@]+\.[^\s@]+$/.test(stage.alarmEmail),
      'alarmEmail must be an e-mail address',
    ],
    [
      /^[^\s]{1,200}[^\s/]$/.test(stage.runbooks),
      'runbooks must be a folder or URL without a slash at the end',
    ],
    ...Object.entries(stage.reservedConcurrency).flatMap(([name, count]): Rule[] => [
      [
        isIntegerBetween(count, 1, 1000),
        `reservedConcurrency: ${name} must be a whole number from 1 to 1000`,
      ],
    ]),
    ...Object.entries(stage.memory ?? {}).map(
      ([name, megabytes]): Rule => [
        isIntegerBetween(megabytes, 128, 10_240),
        `memory: ${name} must be a whole number from 128 to 10240`,
      ],
    ),
    ...WARMED.map((name): Rule => {
      const count = stage.reservedConcurrency[name];
      return [
        stage.warmTogether === false || count === undefined || count >= LEAST_TO_WARM,
        `warmTogether needs ${name} to reserve at least ${LEAST_TO_WARM}, or nothing`,
      ];
    }),
    ...domainRules('httpDomain', httpDomain),
    ...domainRules('websocketDomain', websocketDomain),
    ...edgeRules(stage.edge),
    [
      httpDomain === undefined || httpDomain.domainName !== websocketDomain?.domainName,
      'httpDomain and websocketDomain must differ: API Gateway cannot mix both kinds of API',
    ],
    [
      startSettings <= MAX_START_SETTINGS_BYTES,
      `the settings of start take ${startSettings} bytes, at most ${MAX_START_SETTINGS_BYTES} fit`,
    ],
  ]);
}

function clockRules({ clockConcurrency: count, reservedConcurrency }: Stage): Rule[] {
  if (count === undefined) return [];
  return [
    [isIntegerBetween(count, 2, 1000), 'clockConcurrency must be a whole number from 2 to 1000'],
    [
      count <= (reservedConcurrency.clock ?? Infinity),
      'clockConcurrency must not be above what reservedConcurrency gives clock',
    ],
  ];
}

function edgeRules(edge: EdgeSettings | undefined): Rule[] {
  if (edge === undefined) return [];
  return [
    [
      /^arn:aws[a-z-]*:wafv2:us-east-1:\d{12}:global\/webacl\/[\w-]+\/[\w-]+$/.test(edge.webAclArn),
      'edge.webAclArn must be the ARN of a global WAF in us-east-1 (-c firewall=true makes one)',
    ],
    [
      edge.secretVersion === undefined || /^[\w-]{32,64}$/.test(edge.secretVersion),
      'edge.secretVersion must be the VersionId that put-secret-value has printed',
    ],
    ...domainRules('edge.domain', edge.domain),
    [
      edge.domain === undefined || edge.domain.certificateArn.includes(':us-east-1:'),
      'edge.domain.certificateArn must be in us-east-1, where CloudFront looks for it',
    ],
  ];
}

function domainRules(name: string, domain: CustomDomain | undefined): Rule[] {
  if (domain === undefined) return [];
  return [
    [
      /^([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,}$/.test(domain.domainName),
      `${name}.domainName must be a lower-case host name`,
    ],
    [
      /^arn:aws[a-z-]*:acm:[a-z0-9-]+:\d{12}:certificate\/[\w-]+$/.test(domain.certificateArn),
      `${name}.certificateArn must be the ARN of an ACM certificate`,
    ],
  ];
}
