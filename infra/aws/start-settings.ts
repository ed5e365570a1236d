/** The part of a stage that `start` is told in its environment. */

import type { StartSettings } from '../../shared/config.ts';
import type { Stage } from './stage.ts';

export function toStartSettings(stage: Stage): StartSettings {
  return {
    brand: stage.brand,
    ...(stage.locale === undefined ? {} : { locale: stage.locale }),
    workflow: stage.workflow,
    channelTimeoutSeconds: stage.channelTimeoutSeconds,
    codeLength: stage.codeLength,
    coverageCheck: stage.coverageCheck,
    afterUserRejected: stage.afterUserRejected,
    ...(stage.redirectUrl === undefined ? {} : { redirectUrl: stage.redirectUrl }),
    countries: stage.countries,
    playground: stage.playground,
    limits: stage.limits,
  };
}
