import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import parsePhoneNumber, { getCountries, getExampleNumber } from 'libphonenumber-js/core';
import ofAllTypes from 'libphonenumber-js/max/metadata';
import examples from 'libphonenumber-js/mobile/examples';
import metadata from 'libphonenumber-js/mobile/metadata';
import { describe, expect, it } from 'vitest';
import { createPhoneNumbers } from '../../../../../shared/adapters/phone-numbers/phone-numbers.ts';
import ranges from '../../../../../shared/adapters/phone-numbers/ranges.json' with { type: 'json' };
import { toRanges } from '../../../../../shared/adapters/phone-numbers/to-ranges.ts';

const { countryOfMobile } = createPhoneNumbers({ countries: ['US', 'CA'] });
const { countryOfMobile: onOneMachine } = createPhoneNumbers({
  countries: ['US'],
  documentationNumbers: true,
});

describe('countryOfMobile', () => {
  // Every country outside of +1 is compared with libphonenumber below.
  it.each([
    ['US', '+14152345678'],
    ['CA', '+14162345678'],
    ['PR', '+17872345678'],
    ['VI', '+13406421234'],
    ['GU', '+16712345678'],
    ['AS', '+16847331234'],
    ['MP', '+16702345678'],
    ['DO', '+18092345678'],
    ['JM', '+18764123456'],
    ['BB', '+12462501234'],
  ])('finds a mobile number of %s: %s', (country, number) => {
    expect(countryOfMobile(number)).toBe(country);
  });

  it.each([
    ['a landline in GB', '+442079460018'],
    ['a free number in GB', '+448081570000'],
    ['a landline in BB', '+12464123456'],
    ['a landline in JM', '+18769012345'],
    ['a premium number in GB', '+449012345678'],
    ['the old form of mobile numbers in MX', '+5215512345678'],
    ['Inmarsat', '+870773123456'],
    ['Iridium', '+881612345678'],
    ['an international network', '+883510012345'],
    ["Vonage's test numbers, which the start handles itself", '+99012345678'],
    ['a country that does not exist', '+9991234567'],
    ['too few digits', '+4915112'],
    ['too many digits', '+491511234567890'],
    ['a number with an extension', '+14152345678;ext=1'],
    ['a number with spaces', '+1 415 234 5678'],
    ['a number with a line break', '+14152345678\n'],
    ['a number without its plus', '14152345678'],
    ['nothing', ''],
  ])('refuses %s', (_, number) => {
    expect(countryOfMobile(number)).toBeUndefined();
  });
});

describe('a number of +1', () => {
  const { countryOfMobile: inCanada } = createPhoneNumbers({ countries: ['CA'] });

  it.each(['621', '436', '861', '837', '729', '327', '947', '983', '835'])(
    'may have the new area code %s',
    (area) => {
      expect(countryOfMobile(`+1${area}2345678`)).toBe('US');
    },
  );

  it('of an unknown area code is Canadian where the stage has no US', () => {
    expect(inCanada('+16212345678')).toBe('CA');
    expect(inCanada('+14152345678')).toBe('US');
  });

  it.each([
    ...['800', '833', '844', '855', '866', '877', '888', '900'],
    ...['500', '521', '522', '523', '524', '525', '526', '532', '533', '535', '544', '577', '588'],
    ...['600', '622', '633', '211', '411', '911', '222', '200', '400', '700', '999', '822', '899'],
    ...['290', '395', '598', '692', '799', '370', '379', '960', '969', '880', '882', '887'],
    ...['456', '710', '511', '555', '599', '123', '023'],
  ])('is refused with the area code %s', (area) => {
    expect(countryOfMobile(`+1${area}2345678`)).toBeUndefined();
  });

  it.each(['415', '416', '787', '246', '621'])('of %s has an exchange of subscribers', (area) => {
    const exchanges = ['211', '311', '411', '911', '555', '950', '958', '959', '976', '034', '134'];
    const accepted = exchanges.filter((exchange) => countryOfMobile(`+1${area}${exchange}5678`));
    expect(accepted).toEqual([]);
    if (area !== '246') expect(countryOfMobile(`+1${area}9575678`)).toBeDefined();
  });

  it('always belongs to a subscriber; nothing throws', () => {
    const digits = fc.array(fc.integer({ min: 0, max: 9 }), { minLength: 6, maxLength: 12 });
    const known = fc.constantFrom('800', '900', '523', '524', '521', '600', '242', '809', '310');
    const national = fc.oneof(
      digits.map((list) => list.join('')),
      fc.tuple(known, digits).map(([area, list]) => area + list.join('').slice(0, 7)),
      fc.string(),
    );
    const refused = (country: string): readonly string[] => {
      const described = new Map<string, readonly unknown[]>(Object.entries(ofAllTypes.countries));
      const types = described.get(country)?.[11];
      const behindMobile = Array.isArray(types) ? types.slice(2) : [];
      return behindMobile.flatMap((type) => (Array.isArray(type) ? [String(type[0])] : []));
    };
    expect(refused('US')).toHaveLength(3);
    fc.assert(
      fc.property(national, (number) => {
        const country = countryOfMobile(`+1${number}`);
        if (country === undefined) return;
        for (const of of ['US', 'CA', country]) {
          for (const pattern of refused(of)) {
            expect(number, `${of} ${pattern}`).not.toMatch(new RegExp(`^(?:${pattern})$`));
          }
        }
      }),
      { numRuns: 3000, seed: 1 },
    );
  });
});

describe('what a stage adds', () => {
  const { countryOfMobile: withMore } = createPhoneNumbers({
    countries: ['DE', 'GB', 'JM', 'US'],
    additionalMobilePrefixes: { DE: ['+491999', '+4930'], JM: ['+1659', '+1900', '+1370'] },
  });

  it.each([
    ['+49199912345678', 'DE'],
    ['+493012345678', 'DE'],
    ['+49199812345678', undefined],
    ['+16592345678', 'JM'],
    ['+13702345678', 'JM'],
    ['+19002345678', undefined],
    ['+16595552345', undefined],
    ['+165923456789', undefined],
    ['+14152345678', 'US'],
  ])('%s is of %s', (number, country) => {
    expect(withMore(number)).toBe(country);
  });
});

describe('a number that is kept for documentation', () => {
  it.each([
    ['+447700900123', 'GB'],
    ['+33639981234', 'FR'],
    ['+12025550123', 'US'],
    ['+16215550199', 'US'],
    ['+16045550100', 'CA'],
    ['+46701740605', 'SE'],
    ['+46701740699', 'SE'],
    ['+61491570156', 'AU'],
  ])('is a mobile number only for a stack on one machine: %s', (number, country) => {
    expect(onOneMachine(number)).toBe(country);
    expect(countryOfMobile(number)).toBeUndefined();
  });

  it.each(['+18005550123', '+19005550199', '+12025551234', '+12025550200', '+12465550123'])(
    'is not %s',
    (number) => {
      expect(onOneMachine(number)).toBeUndefined();
    },
  );

  it.each(['+447700901123', '+33639991234', '+46701740604', '+46701740700', '+61491570160'])(
    'has neighbours that are not reserved: %s',
    (number) => {
      expect(onOneMachine(number)).toBe(countryOfMobile(number));
    },
  );
});

/** What libphonenumber itself says. */
function expected(number: string): string | undefined {
  const parsed = parsePhoneNumber(number, metadata);
  return parsed?.number === number && parsed.isValid() ? parsed.country : undefined;
}

/** Numbers near to a real one: some of its digits are others; rarely one is gone or two. */
function near(number: string): fc.Arbitrary<string> {
  const place = fc.integer({ min: 1, max: number.length - 1 });
  const changes = fc.array(fc.tuple(place, fc.constantFrom('', '55', ...'01234567890123456789')), {
    maxLength: 4,
  });
  return changes.map((all) => {
    const digits = [...number];
    for (const [at, text] of all) digits[at] = text;
    return digits.join('');
  });
}

describe('the ranges', () => {
  it('are those of the installed metadata', () => {
    const { date, source, ...found } = ranges;
    expect(found).toEqual(toRanges(metadata, ofAllTypes));
    const library = readFileSync('node_modules/libphonenumber-js/package.json', 'utf8');
    expect(source).toBe(`libphonenumber-js ${JSON.parse(library).version}`);
    expect(date).toMatch(/^20\d\d-\d\d-\d\d$/);
  });

  it.each([{ US: [], CA: [] }, { US: ['1', '', '', [], 0, 0, 0, 0, 0, 0, 0, [0, 0]] }])(
    'are not taken from metadata of another form: %j',
    (countries) => {
      const changed = Object.assign({}, ofAllTypes, { countries });
      expect(() => toRanges(metadata, changed)).toThrow('all types has another form');
    },
  );

  it('decide as libphonenumber does, near every country’s numbers', () => {
    for (const country of getCountries(metadata)) {
      const { number: example = '' } = getExampleNumber(country, examples, metadata) ?? {};
      const decides = (number: string): void => {
        const [found, wanted] = [countryOfMobile(number), expected(number)];
        // Behind +1 more is known than the metadata says; and nobody has numbers of documentation.
        const isOwnRule = number.startsWith('+1') && [found, wanted].includes(undefined);
        const isKept = wanted !== undefined && onOneMachine(number) === wanted;
        if (!isOwnRule && !isKept) expect(found, number).toBe(wanted);
      };
      fc.assert(fc.property(near(example), decides), {
        numRuns: 150,
        seed: 7,
        examples: [[example]],
      });
    }
  });
});
