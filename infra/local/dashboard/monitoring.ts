/**
 * The template's dashboards and alarms with all references resolved. They are stored next to the
 * logs, so that they can be drawn after the stack has ended.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import type { Resources } from '../template/resources.ts';
import { type Alarm, type AlarmProperties, alarmProperties, toAlarm } from './alarm.ts';
import { type Dashboard, dashboardBody, toDashboard } from './widgets.ts';

export interface Monitoring {
  readonly dashboards: readonly Dashboard[];
  readonly alarms: readonly Alarm[];
}

const dashboardProperties = z.object({ DashboardName: z.string(), DashboardBody: z.string() });
const stored = z.object({
  dashboards: z.array(dashboardProperties),
  alarms: z.array(alarmProperties),
});
/** Resolved properties, as CloudFormation would pass them to CloudWatch. */
export type StoredMonitoring = z.infer<typeof stored>;

export function readMonitoringResources(resources: Resources): StoredMonitoring {
  const propertiesOf = <T>(found: readonly { readonly properties: T }[]): T[] =>
    found.map(({ properties }) => properties);
  return {
    dashboards: propertiesOf(resources.ofType('AWS::CloudWatch::Dashboard', dashboardProperties)),
    alarms: propertiesOf<AlarmProperties>(
      resources.ofType('AWS::CloudWatch::Alarm', alarmProperties),
    ),
  };
}

export function toMonitoring({ dashboards, alarms }: StoredMonitoring): Monitoring {
  return {
    dashboards: dashboards.map(({ DashboardName, DashboardBody }) =>
      toDashboard(DashboardName, dashboardBody.parse(JSON.parse(DashboardBody))),
    ),
    alarms: alarms.map(toAlarm),
  };
}

export function writeMonitoring(folder: string, monitoring: StoredMonitoring): void {
  writeFileSync(monitoringFile(folder), JSON.stringify(monitoring), { mode: 0o600 });
}

/** @throws when no stack has ever run in that folder */
export function readMonitoring(folder: string): Monitoring {
  return toMonitoring(stored.parse(JSON.parse(readFileSync(monitoringFile(folder), 'utf8'))));
}

export function monitoringFile(folder: string): string {
  return join(folder, 'monitoring.json');
}
