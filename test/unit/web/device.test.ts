import { describe, expect, it } from '@jest/globals';
import { deviceOf } from '../../../src/sessions/device.ts';
import { placeOf } from '../../../src/web/place.ts';

const webkit = 'AppleWebKit/537.36 (KHTML, like Gecko)';

describe('a device in plain words', () => {
  it.each([
    [`Mozilla/5.0 (Windows NT 10.0; Win64; x64) ${webkit} Chrome/140.0 Safari/537.36`, 'Chrome', 'Windows'],
    [
      `Mozilla/5.0 (Windows NT 10.0; Win64; x64) ${webkit} Chrome/140.0 Safari/537.36 Edg/140.0`,
      'Edge',
      'Windows',
    ],
    ['Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0', 'Firefox', 'Linux'],
    [
      'Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.0 Safari/605.1.15',
      'Safari',
      'macOS',
    ],
    [
      'Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.0 Mobile/15E148 Safari/604.1',
      'Safari',
      'iPhone',
    ],
    [`Mozilla/5.0 (Linux; Android 15) ${webkit} Chrome/140.0 Mobile Safari/537.36`, 'Chrome', 'Android'],
    ['curl/8.5.0', 'curl', undefined],
    ['', undefined, undefined],
    [undefined, undefined, undefined],
    ['x'.repeat(100_000), undefined, undefined],
  ])('%.60s', (userAgent, browser, system) => {
    expect(deviceOf(userAgent)).toEqual({ browser, system });
  });
});

describe('a place in general terms', () => {
  it.each([
    ['127.0.0.1', { kind: 'here' }],
    ['::1', { kind: 'here' }],
    ['10.1.2.3', { kind: 'private' }],
    ['172.20.1.1', { kind: 'private' }],
    ['fd00::1', { kind: 'private' }],
    ['203.0.113.77', { kind: 'network', network: '203.0.*.*' }],
    ['2001:db8:12:34::99', { kind: 'network', network: '2001:db8:*' }],
    ['2001::99', { kind: 'network', network: '2001:0:*' }],
    [undefined, { kind: 'unknown' }],
    ['nonsense', { kind: 'unknown' }],
  ])('%s is never told whole', (address, place) => {
    expect(placeOf(address)).toEqual(place);
  });
});
