import { describe, expect, it } from '@jest/globals';
import { commonName, withReadableNames } from '../../../../src/providers/groups/index.ts';

describe('the common name of a distinguished name', () => {
  it.each([
    ['CN=Data Engineers,OU=Groups,DC=acme,DC=example', 'Data Engineers'],
    ['cn=Data Engineers', 'Data Engineers'],
    ['2.5.4.3=Data Engineers,DC=acme', 'Data Engineers'],
    [' CN = Data Engineers , OU=x', 'Data Engineers'],
    [String.raw`CN=Engineers\, Data,OU=Groups`, 'Engineers, Data'],
    [String.raw`CN=Caf\C3\A9,OU=Groups`, 'Café'],
    [String.raw`CN=a\=b\+c,OU=Groups`, 'a=b+c'],
    ['CN="Engineers, Data",OU=Groups', 'Engineers, Data'],
    ['CN=Łukasz Team+UID=7,OU=x', 'Łukasz Team'],
    ['CN=a=b,OU=x', 'a=b'],
    // Not distinguished names, or none that begins with a common name.
    ['Data Engineers', 'Data Engineers'],
    ['OU=Groups,DC=acme', 'OU=Groups,DC=acme'],
    ['CN=,OU=x', 'CN=,OU=x'],
    ['CN', 'CN'],
    [String.raw`CN=\C3,OU=x`, String.raw`CN=\C3,OU=x`],
    ['', ''],
  ])('of %j is %j', (name, expected) => {
    expect(commonName(name)).toBe(expected);
  });
});

describe('a list of distinguished names', () => {
  const names = ['CN=Data Engineers,OU=Groups,DC=acme', 'CN=Data Engineers,OU=Other', 'plain'];

  it('becomes their common names where the file says so', () => {
    expect(withReadableNames({ kind: 'present', names }, { dn: 'cn' })).toEqual({
      kind: 'present',
      names: ['Data Engineers', 'plain'],
    });
    expect(withReadableNames({ kind: 'present', names }, {})).toEqual({ kind: 'present', names });
  });

  it.each(['absent', 'overage'] as const)('that is %s stays so', (kind) => {
    expect(withReadableNames({ kind }, { dn: 'cn' })).toEqual({ kind });
  });
});
