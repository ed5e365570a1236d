/** Reads the custom domains and the CloudFront distribution in front of the APIs. */
import { z } from 'zod';
import { LocalStackError } from '../error.ts';
import { toDistributionHost } from './resource-names.ts';
import type { Resources } from './resources.ts';

export interface DomainMapping {
  readonly domainName: string;
  readonly apiId: string;
  readonly stage: string;
}

const mappingProperties = z.object({
  ApiId: z.string(),
  ApiMappingKey: z.never('only a mapping of the whole domain is known').optional(),
  DomainName: z.string(),
  Stage: z.string(),
});
const distributionProperties = z.object({
  DistributionConfig: z.object({
    Aliases: z.array(z.string()).default([]),
    Origins: z.tuple([z.object({ DomainName: z.string() })]),
  }),
});

export function readDomains(resources: Resources): DomainMapping[] {
  const mappings = resources
    .ofType('AWS::ApiGatewayV2::ApiMapping', mappingProperties)
    .map(({ properties }) => ({
      domainName: properties.DomainName,
      apiId: properties.ApiId,
      stage: properties.Stage,
    }));
  const distributions = resources
    .ofType('AWS::CloudFront::Distribution', distributionProperties)
    .flatMap(({ logicalId, properties: { DistributionConfig } }) => {
      const { Aliases, Origins } = DistributionConfig;
      const behind = behindIt(Origins[0].DomainName, mappings);
      return [toDistributionHost(logicalId), ...Aliases].map((domainName) => ({
        ...behind,
        domainName,
      }));
    });
  return [...mappings, ...distributions];
}

/** @throws LocalStackError when the origin of CloudFront is not one of the APIs */
function behindIt(
  origin: string,
  mappings: readonly DomainMapping[],
): Pick<DomainMapping, 'apiId' | 'stage'> {
  const [, apiId] = /^([a-z0-9]+)\.execute-api\.[a-z0-9-]+\.amazonaws\.com$/.exec(origin) ?? [];
  if (apiId !== undefined) return { apiId, stage: '$default' };
  const mapping = mappings.find(({ domainName }) => domainName === origin);
  if (mapping) return mapping;
  throw new LocalStackError(`the local stack does not know the origin ${origin} of CloudFront`);
}
