/**
 * Records the metrics that AWS's services would measure themselves, as lines of the embedded metric
 * format in a file next to the functions' logs, so that every widget of the dashboards has data.
 */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { METRICS_FOLDER } from './dashboard/collected.ts';
import { toEmfLine } from './dashboard/emf.ts';
import { openLogFile } from './log-file.ts';

export interface PlatformMetrics {
  /** One value for each metric, all with the same dimensions. */
  record(
    namespace: string,
    dimensions: Readonly<Record<string, string>>,
    values: Readonly<Record<string, number>>,
  ): void;
  close(): Promise<void>;
}

/** A line holds at most 100 values of a metric. */
const MOST_VALUES = 100;
const FLUSH_MS = 1000;

interface Gathered {
  readonly namespace: string;
  readonly dimensions: Readonly<Record<string, string>>;
  readonly values: Record<string, number[]>;
  count: number;
}

/** @param name of the file; emptied at every start */
export function openPlatformMetrics(folder: string, name: string): PlatformMetrics {
  const metricsFolder = join(folder, METRICS_FOLDER);
  mkdirSync(metricsFolder, { recursive: true, mode: 0o700 });
  const file = openLogFile(join(metricsFolder, `${name}.log`));
  const gathered = new Map<string, Gathered>();

  const write = (key: string, { namespace, dimensions, values }: Gathered): void => {
    file.write(`${toEmfLine(namespace, dimensions, values, Date.now())}\n`);
    gathered.delete(key);
  };
  const flush = (): void => {
    for (const [key, entry] of gathered) write(key, entry);
  };
  const timer = setInterval(flush, FLUSH_MS).unref();

  return {
    record(namespace, dimensions, values) {
      const key = JSON.stringify([namespace, dimensions, Object.keys(values)]);
      const entry = gathered.get(key) ?? { namespace, dimensions, values: {}, count: 0 };
      gathered.set(key, entry);
      for (const [metric, value] of Object.entries(values)) {
        entry.values[metric] = [...(entry.values[metric] ?? []), value];
      }
      entry.count += 1;
      if (entry.count >= MOST_VALUES) write(key, entry);
    },
    close() {
      clearInterval(timer);
      flush();
      return new Promise((done) => file.end(() => done()));
    },
  };
}
