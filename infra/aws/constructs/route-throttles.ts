/** Throttles of single routes, which the stable constructs cannot express yet. */

import type { HttpStage, WebSocketStage } from 'aws-cdk-lib/aws-apigatewayv2';
import { CfnStage } from 'aws-cdk-lib/aws-apigatewayv2';
import type { Construct } from 'constructs';
import type { Throttle } from '../stage.ts';

/**
 * Sets the throttles by route key. API Gateway refuses a stage that throttles a route which does
 * not exist yet, so the stage waits for `routes`.
 */
export function throttleRoutes(
  stage: HttpStage | WebSocketStage,
  routes: readonly Construct[],
  throttles: Readonly<Record<string, Throttle>>,
): void {
  const resource = stage.node.defaultChild;
  if (!(resource instanceof CfnStage)) throw new Error('the stage has no resource to throttle');
  // Overrides the whole property: a route key contains a space and dots, which a property path
  // cannot.
  resource.addPropertyOverride(
    'RouteSettings',
    Object.fromEntries(
      Object.entries(throttles).map(([routeKey, { rate, burst }]) => [
        routeKey,
        { ThrottlingRateLimit: rate, ThrottlingBurstLimit: burst },
      ]),
    ),
  );
  stage.node.addDependency(...routes);
}
