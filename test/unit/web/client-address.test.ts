import { describe, expect, it } from '@jest/globals';
import { addressGroup, clientAddress, trustedProxies } from '../../../src/web/client-address.ts';

const nobody = trustedProxies([]);
const inner = trustedProxies(['10.0.0.0/8', '192.0.2.7', 'fd00::/8']);

describe('the address of a client', () => {
  it('is the peer’s, whatever the peer says, when no proxy is trusted', () => {
    expect(clientAddress('203.0.113.9', '1.2.3.4', nobody)).toBe('203.0.113.9');
    expect(clientAddress('127.0.0.1', '1.2.3.4', nobody)).toBe('127.0.0.1');
  });

  it('is what a trusted proxy saw', () => {
    expect(clientAddress('10.1.2.3', '203.0.113.9', inner)).toBe('203.0.113.9');
    expect(clientAddress('192.0.2.7', '2001:db8::1', inner)).toBe('2001:db8::1');
  });

  it('is the rightmost hop that is not trusted: what a client writes to the left is not believed', () => {
    expect(clientAddress('10.1.2.3', '1.1.1.1, 203.0.113.9, 10.9.9.9', inner)).toBe('203.0.113.9');
    expect(clientAddress('203.0.113.9', '10.0.0.1', inner)).toBe('203.0.113.9');
  });

  it('is the outermost hop when all of them are trusted', () => {
    expect(clientAddress('10.1.2.3', '10.0.0.2, 10.0.0.3', inner)).toBe('10.0.0.2');
  });

  it('is the last hop known when a trusted proxy wrote something that is no address', () => {
    for (const header of ['unknown', '', 'evil, not-an-address', '_hidden', undefined]) {
      expect(clientAddress('10.1.2.3', header, inner)).toBe('10.1.2.3');
    }
  });

  it('is plain: no port, no brackets, no zone, no IPv4 in IPv6 dress', () => {
    expect(clientAddress('::ffff:10.1.2.3', '203.0.113.9:4711', inner)).toBe('203.0.113.9');
    expect(clientAddress('fd00::1', '[2001:db8::1]:443', inner)).toBe('2001:db8::1');
    expect(clientAddress('fe80::1%eth0', undefined, nobody)).toBe('fe80::1');
  });

  it('is unknown when the peer has none', () => {
    expect(clientAddress(undefined, '1.2.3.4', inner)).toBeUndefined();
  });
});

describe('what rate limits count by', () => {
  it('is one IPv4 address', () => expect(addressGroup('203.0.113.9')).toBe('203.0.113.9'));

  it('is the /64 that one subscriber has, however its addresses are written', () => {
    const group = addressGroup('2001:db8:1:2:3:4:5:6');
    expect(addressGroup('2001:DB8:1:2::1')).toBe(group);
    expect(addressGroup('2001:0db8:0001:0002:ffff::')).toBe(group);
    expect(addressGroup('2001:db8:1:3::1')).not.toBe(group);
    expect(addressGroup('::1')).toBe(addressGroup('0:0:0:0:0:0:0:2'));
  });
});
