import { describe, expect, it } from 'vitest';
import {
  choice,
  flag,
  integer,
  type Options,
  readArguments,
  text,
} from '../../../shared/command/options.ts';
import { UsageError } from '../../../shared/command/usage-error.ts';

const OPTIONS = {
  stage: text('dev'),
  outputs: text(),
  rounds: integer({ min: 1, max: 9 }, 3),
  only: choice(['cold', 'warm']),
  'dry-run': flag(),
} satisfies Options;

const read = (...argv: string[]) => readArguments(argv, OPTIONS, 1);

describe('readArguments', () => {
  it('reads values, flags, defaults and what has no name', () => {
    expect(read('--rounds', '9', '--only=warm', '--dry-run', '.local')).toEqual({
      values: { stage: 'dev', outputs: undefined, rounds: 9, only: 'warm', 'dry-run': true },
      positionals: ['.local'],
    });
  });

  it('takes a value that begins with a dash or a plus', () => {
    expect(read('--outputs', '+49151').values.outputs).toBe('+49151');
    expect(read('--outputs=--x').values.outputs).toBe('--x');
  });

  it.each<[what: string, argv: string[], message: string]>([
    ['an unknown option', ['--nonsense'], 'the option --nonsense is not known'],
    ['an unknown letter', ['-x'], 'the option -x is not known'],
    ['a second argument', ['one', 'two'], 'the argument two is not understood'],
    ['no value', ['--outputs'], '--outputs needs a value'],
    ['an option in place of a value', ['--outputs', '--dry-run'], '--outputs needs a value'],
    ['an empty value', ['--stage', ''], '--stage needs a value'],
    ['a value for a flag', ['--dry-run=no'], '--dry-run takes no value'],
    ['an option twice', ['--only', 'cold', '--only', 'warm'], '--only is given twice'],
    ['no number', ['--rounds', 'many'], '--rounds must be a whole number from 1 to 9'],
    ['a fraction', ['--rounds', '1.5'], '--rounds must be a whole number from 1 to 9'],
    ['too large a number', ['--rounds', '10'], '--rounds must be a whole number from 1 to 9'],
    ['an unknown choice', ['--only', 'hot'], '--only must be one of cold, warm'],
  ])('refuses %s', (_what, argv, message) => {
    expect(() => read(...argv)).toThrow(new UsageError(message));
  });
});
