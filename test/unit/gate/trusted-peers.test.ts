import { describe, expect, it } from '@jest/globals';
import { trustedPeers } from '../../../src/gate/index.ts';

describe('trusted peers', () => {
  it('are nobody by default, loopback included', () => {
    const peers = trustedPeers([], false);
    for (const address of ['127.0.0.1', '::1', '::ffff:127.0.0.1', '10.0.0.1', '', 'unknown', undefined]) {
      expect(peers.trusts(address)).toBe(false);
    }
  });

  it('are those within the networks, however an IPv4 address is written', () => {
    const peers = trustedPeers(['10.1.0.0/16', '192.168.1.7', '2001:db8::/32', '::ffff:172.16.0.1'], false);
    for (const address of [
      '10.1.255.1',
      '::ffff:10.1.0.1',
      '::FFFF:10.1.0.1',
      '192.168.1.7',
      '2001:db8::5',
      '172.16.0.1',
    ]) {
      expect([address, peers.trusts(address)]).toEqual([address, true]);
    }
    for (const address of ['10.2.0.1', '192.168.1.8', '2001:db9::1', '::1', undefined]) {
      expect([address, peers.trusts(address)]).toEqual([address, false]);
    }
  });

  it('come over our own unix socket without an address', () => {
    expect(trustedPeers([], true).trusts(undefined)).toBe(true);
    expect(trustedPeers([], true).trusts('127.0.0.1')).toBe(false);
  });

  it.each(['', 'localhost', '10.0.0.0/33', '10.0.0.0/x', '::/129', '10.0.0/8'])(
    '%j is no network',
    (cidr) => {
      expect(() => trustedPeers([cidr], false)).toThrow('is not an address or a network');
    },
  );
});
