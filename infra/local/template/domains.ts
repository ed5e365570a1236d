/** The company's own names in front of the APIs. */
import { z } from 'zod';
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

export function readDomains(resources: Resources): DomainMapping[] {
  return resources
    .ofType('AWS::ApiGatewayV2::ApiMapping', mappingProperties)
    .map(({ properties }) => ({
      domainName: properties.DomainName,
      apiId: properties.ApiId,
      stage: properties.Stage,
    }));
}
