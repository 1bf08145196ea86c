import { expect, it } from '@jest/globals';
import { uuidv7 } from '../../../src/directory/uuid.ts';

it('makes the example of RFC 9562, appendix A.6', () => {
  // 017F22E2-79B0-7CC3-98C4-DC0C0C07398F: the version and variant bits are set over the random ones.
  const random = Uint8Array.from([0x0c, 0xc3, 0x18, 0xc4, 0xdc, 0x0c, 0x0c, 0x07, 0x39, 0x8f]);
  expect(uuidv7(0x017f22e279b0, () => random)).toBe('017f22e2-79b0-7cc3-98c4-dc0c0c07398f');
});

it('sets version and variant whatever the random bytes are, and orders by time', () => {
  const high = uuidv7(1, () => new Uint8Array(10).fill(0xff));
  const low = uuidv7(2, () => new Uint8Array(10));
  expect(high).toBe('00000000-0001-7fff-bfff-ffffffffffff');
  expect(low).toBe('00000000-0002-7000-8000-000000000000');
  expect(high < low).toBe(true);
});
