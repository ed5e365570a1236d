/** Runbooks lead somewhere: alarms to them, and they to what exists. */

import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ALIAS_NAME } from '../../../infra/aws/constructs/lambda-function.ts';
import { synthesize } from '../infra/aws/synthesize.ts';
import { render } from '../infra/aws/template.ts';

const FOLDER = 'docs/runbooks';
const SECTIONS = ['First look', 'Likely causes', 'What to do', 'How to know it is over'];

const template = synthesize('prod');
const propertiesOf = (type: string) =>
  Object.values(template.findResources(type)).map(({ Properties }) => Properties);

const links = propertiesOf('AWS::CloudWatch::Alarm').map(({ AlarmDescription }) => {
  const [, file = ''] = /Runbook: (\S+)$/.exec(render(AlarmDescription)) ?? [];
  return file;
});
const titles = propertiesOf('AWS::CloudWatch::Dashboard')
  .flatMap(({ DashboardBody }) => JSON.parse(render(DashboardBody)).widgets)
  .map(({ properties }) => String(properties.title));
const queries = propertiesOf('AWS::Logs::QueryDefinition').map(({ Name }) =>
  String(Name).replace('silent-auth-prod/', ''),
);

const runbooks = readdirSync(FOLDER).filter((name) => name !== 'README.md');
const read = (name: string): string => readFileSync(join(FOLDER, name), 'utf8');
/** What stands in the first group, once each. */
const found = (text: string, pattern: RegExp): string[] => [
  ...new Set([...text.matchAll(pattern)].map(([, name = '']) => name)),
];

describe('docs/runbooks', () => {
  it('has one for every alarm, with all sections', () => {
    expect(links.length).toBeGreaterThan(15);
    for (const file of links) {
      const text = existsSync(file) ? readFileSync(file, 'utf8') : '';
      const missing = SECTIONS.filter((section) => !text.includes(`\n## ${section}\n`));
      expect(missing, file).toEqual([]);
    }
  });

  it('has the others for what people decide to do', () => {
    expect(runbooks.filter((name) => !links.includes(join(FOLDER, name)))).toEqual([
      'number-pumping.md',
      'region-failure.md',
      'rotate-origin-secret.md',
      'rotate-private-key.md',
      'rotate-signature-secret.md',
      'vonage-provider-outage.md',
    ]);
  });

  it('lists every one of them, once', () => {
    const listed = [...read('README.md').matchAll(/\]\(([\w-]+\.md)\)/g)].map(([, name]) => name);
    expect(listed.sort()).toEqual(runbooks.sort());
  });

  it.each(runbooks)('%s links to files that are there', (name) => {
    const missing = found(read(name), /\]\(([^)#:]+)\)/g).filter(
      (link) => !existsSync(join(FOLDER, link)),
    );
    expect(missing).toEqual([]);
  });

  it.each(runbooks)('%s names, in italics, widgets and saved queries that exist', (name) => {
    const isKnown = (text: string): boolean =>
      queries.includes(text) || titles.some((title) => title.includes(text));
    const named = found(read(name), /(?<!\*)\*([^*\n]+)\*(?!\*)/g);
    expect(named.filter((text) => !isKnown(text))).toEqual([]);
  });

  it.each(runbooks)('%s names options of commands that they take', (name) => {
    const usage = ['configure', 'doctor'].map((command) =>
      readFileSync(`infra/operate/${command}/run.ts`, 'utf8'),
    );
    const options = found(read(name), /npm run (?:configure|doctor) -- ([^`]+)`/g).flatMap((line) =>
      found(line, /--([a-z-]+)/g),
    );
    expect(options.filter((option) => !usage.join().includes(`--${option}`))).toEqual([]);
  });

  it('names the parameter of the channel switch as the stack does', () => {
    const [output] = Object.values(template.findOutputs('ChannelSwitchName'));
    for (const name of ['vonage-provider-outage.md', 'number-pumping.md']) {
      expect(read(name)).toContain(`--name ${output?.Value} `);
    }
  });

  it.each(['function-errors.md', 'internal-errors.md', 'deployment.md'])(
    '%s gives the command for rolling back',
    (name) => {
      expect(read(name)).toContain('aws lambda update-alias --function-name');
      expect(read(name)).toContain(`--name ${ALIAS_NAME} --function-version`);
    },
  );

  it('names figures of memory that stand in the logs', () => {
    expect(read('function-errors.md')).toContain('*memory by route*');
  });
});
