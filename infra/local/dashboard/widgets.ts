/** Converts the body of a dashboard, as CloudWatch defines it, into widgets that can be drawn. */
import { z } from 'zod';
import type { MetricQuery } from './metric-query.ts';

const options = z.object({
  id: z.string().optional(),
  label: z.string().optional(),
  expression: z.string().optional(),
  stat: z.string().optional(),
  visible: z.boolean().default(true),
});
const metric = z.array(z.union([z.string(), options]));

const properties = z.object({
  title: z.string().default(''),
  markdown: z.string().optional(),
  view: z.string().optional(),
  stacked: z.boolean().default(false),
  stat: z.string().default('Average'),
  metrics: z.array(metric).default([]),
  query: z.string().optional(),
  setPeriodToTimeRange: z.boolean().default(false),
  yAxis: z
    .object({
      left: z.object({ max: z.number().optional(), label: z.string().optional() }).optional(),
    })
    .optional(),
});

export const dashboardBody = z.object({
  widgets: z.array(
    z.object({
      type: z.enum(['text', 'metric', 'log']),
      x: z.number(),
      y: z.number(),
      width: z.number(),
      height: z.number(),
      properties,
    }),
  ),
});

export interface Dashboard {
  readonly name: string;
  readonly widgets: readonly Widget[];
}

/** A widget: its place in a grid of 24 columns, and its content. */
export interface Widget {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
  readonly title: string;
  readonly shows:
    | { readonly type: 'text'; readonly markdown: string }
    | { readonly type: 'log'; readonly query: string }
    | { readonly type: 'number'; readonly queries: readonly MetricQuery[] }
    | {
        readonly type: 'graph';
        readonly queries: readonly MetricQuery[];
        readonly stacked: boolean;
        readonly max: number | undefined;
        /** Unit of its numbers, such as `ms`. */
        readonly unit: string | undefined;
      };
}

export function toDashboard(name: string, body: z.infer<typeof dashboardBody>): Dashboard {
  return {
    name,
    widgets: body.widgets.map(({ type, properties: given, ...place }) => ({
      ...place,
      title: given.title,
      shows: toContent(type, given),
    })),
  };
}

function toContent(type: string, given: z.infer<typeof properties>): Widget['shows'] {
  if (type === 'text') return { type: 'text', markdown: given.markdown ?? '' };
  if (type === 'log') return { type: 'log', query: given.query ?? '' };
  const queries = given.metrics.map((entry) => toQuery(entry, given.stat));
  if (given.view === 'singleValue') return { type: 'number', queries };
  const { max, label: unit } = given.yAxis?.left ?? {};
  return { type: 'graph', queries, stacked: given.stacked, max, unit };
}

/** `[namespace, name, dimension, value, …, options]`, or `[{expression, …}]`. */
function toQuery(entry: z.infer<typeof metric>, statistic: string): MetricQuery {
  const texts = entry.filter((part) => typeof part === 'string');
  const given = entry.find((part) => typeof part === 'object') ?? { visible: true };
  const { id, label, visible, expression, stat = statistic } = given;
  const [namespace = '', name = '', ...pairs] = texts;
  const dimensions = Object.fromEntries(
    pairs.flatMap((text, index) => (index % 2 === 0 ? [[text, pairs[index + 1] ?? '']] : [])),
  );
  return {
    id,
    label,
    visible,
    source:
      expression === undefined
        ? { type: 'metric', metric: { namespace, name, dimensions }, statistic: stat }
        : { type: 'expression', expression },
  };
}
