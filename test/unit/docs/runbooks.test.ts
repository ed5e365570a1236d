/** Every alarm has a runbook, and runbooks name only what exists. */

import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ALIAS_NAME } from '../../../infra/aws/constructs/lambda-function.ts';
import { synthesize } from '../../fixtures/stage-stack.ts';
import { propertiesOf, render } from '../../fixtures/template.ts';

const FOLDER = 'docs/runbooks';
const SECTIONS = ['First look', 'Likely causes', 'What to do', 'How to know it is over'];

const template = synthesize('prod');
const links = propertiesOf(template, 'AWS::CloudWatch::Alarm').map(
  ({ AlarmDescription }) => /Runbook: (\S+)$/.exec(render(AlarmDescription))?.[1] ?? '',
);
const titles = propertiesOf(template, 'AWS::CloudWatch::Dashboard')
  .flatMap(({ DashboardBody }) => JSON.parse(render(DashboardBody)).widgets)
  .map(({ properties }) => String(properties.title));
const queries = propertiesOf(template, 'AWS::Logs::QueryDefinition').map(({ Name }) =>
  String(Name).replace('silent-auth-prod/', ''),
);

const runbooks = readdirSync(FOLDER).filter((name) => name !== 'README.md');
const read = (name: string): string => readFileSync(join(FOLDER, name), 'utf8');
/** Every text that the first group matches. */
const found = (text: string, pattern: RegExp): string[] =>
  [...text.matchAll(pattern)].map(([, name = '']) => name);

describe('docs/runbooks', () => {
  it('has a runbook with all sections for every alarm', () => {
    expect(links.length).toBeGreaterThan(15);
    for (const file of links) {
      const text = existsSync(file) ? readFileSync(file, 'utf8') : '';
      const missing = SECTIONS.filter((section) => !text.includes(`\n## ${section}\n`));
      expect(missing, file).toEqual([]);
    }
  });

  it('lists the runbooks of alarms first, and those that no alarm needs second', () => {
    const [ofAlarms = [], others = []] = read('README.md')
      .split('\nProcedures ')
      .map((list) => found(list, /\]\(([\w-]+\.md)\)/g).sort());
    expect(ofAlarms).toEqual([...new Set(links.map((link) => basename(link)))].sort());
    expect([...ofAlarms, ...others].sort()).toEqual(runbooks.sort());
  });

  it.each(runbooks)('%s names, in italics, widgets and saved queries that exist', (name) => {
    const isKnown = (text: string): boolean =>
      queries.includes(text) || titles.some((title) => title.includes(text));
    const named = found(read(name), /(?<!\*)\*([^*\n]+)\*(?!\*)/g);
    expect(named.filter((text) => !isKnown(text))).toEqual([]);
  });

  it.each(runbooks)('%s names options that the commands have', (name) => {
    const sources = ['configure', 'doctor'].map((command) =>
      readFileSync(`infra/operate/${command}/run.ts`, 'utf8'),
    );
    const calls = found(read(name), /npm run (?:configure|doctor) -- ([^`]+)`/g);
    const options = calls.flatMap((line) => found(line, /--([a-z-]+)/g));
    expect(options.filter((option) => !sources.join().includes(`--${option}`))).toEqual([]);
  });

  it.each(['vonage-provider-outage.md', 'number-pumping.md', '../operating.md'])(
    '%s names the parameter of the channel switch as the stack does',
    (name) => {
      const [output] = Object.values(template.findOutputs('ChannelSwitchName'));
      expect(read(name)).toContain(`--name ${output?.Value} `);
    },
  );

  it.each(['function-errors.md', 'internal-errors.md', 'deployment.md'])(
    '%s gives the command for rolling back',
    (name) => {
      expect(read(name)).toContain('aws lambda update-alias --function-name');
      expect(read(name)).toContain(`--name ${ALIAS_NAME} --function-version`);
    },
  );
});
