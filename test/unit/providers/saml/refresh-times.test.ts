import { describe, expect, it } from '@jest/globals';
import { freshFor, pauseAfter, withJitter } from '../../../../src/providers/saml/idp/refresh-times.ts';
import { span } from '../../../../src/providers/saml/xml/duration.ts';

const minute = 60_000;
const hour = 60 * minute;

describe('how long metadata are fresh', () => {
  it.each([
    ['an hour where they say nothing', undefined, undefined, hour],
    ['as long as their cacheDuration', 2 * hour, undefined, 2 * hour],
    ['never longer than four hours, so that a rollover is noticed', 7 * 24 * hour, undefined, 4 * hour],
    ['never shorter than five minutes', 1_000, undefined, 5 * minute],
    ['half of what is left until they end', 4 * hour, 3 * hour, 1.5 * hour],
    ['a minute at least, however near their end is', undefined, 5_000, minute],
  ])('is %s', (_words, cacheDuration, validFor, expected) => {
    const validUntil = validFor === undefined ? undefined : 1_000_000 + validFor;
    expect(freshFor({ cacheDuration, validUntil }, 1_000_000)).toBe(expected);
  });

  it('doubles the pause with each failure, up to a quarter of an hour', () => {
    expect([1, 2, 3, 7, 8, 500].map(pauseAfter)).toEqual([
      10_000,
      20_000,
      40_000,
      640_000,
      15 * minute,
      15 * minute,
    ]);
  });

  it('is spread, so that not everybody asks at once', () => {
    expect([0, 0.5, 1].map((chance) => withJitter(1_000, chance))).toEqual([800, 900, 1_000]);
  });
});

describe('an xs:duration', () => {
  it.each([
    ['PT1H', hour],
    ['P1D', 24 * hour],
    ['P7DT30M', 7 * 24 * hour + 30 * minute],
    ['P1Y2M', (365 + 60) * 24 * hour],
    ['PT0.5S', 0],
    ['-PT1H', undefined],
    ['P', undefined],
    ['PT', undefined],
    ['1h', undefined],
    ['', undefined],
  ])('%j is %j', (text, expected) => {
    expect(span(text)).toBe(expected);
  });
});
