import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { Failure } from '../../../src/identity/index.ts';
import { type Claims, maxGroupBytes, maxGroups, readGroups } from '../../../src/providers/groups-claim.ts';

const present = (...names: string[]) => ({ kind: 'present', names });
const absent = { kind: 'absent' };
const overage = { kind: 'overage' };
const groupsOf = (claims: Claims, ...names: string[]) => readGroups(claims, names).groups;

describe('the groups claim', () => {
  it.each<[string, Claims, string[], unknown]>([
    ['a list', { groups: ['a', 'b'] }, ['groups'], present('a', 'b')],
    ['an empty list', { groups: [] }, ['groups'], present()],
    ['one string', { groups: 'a,b' }, ['groups'], present('a,b')],
    ['an empty string', { groups: '' }, ['groups'], present()],
    ['a list of an empty string', { groups: [''] }, ['groups'], present()],
    ['null', { groups: null }, ['groups'], absent],
    ['nothing', {}, ['groups'], absent],
    ['an object', { groups: { a: true } }, ['groups'], absent],
    ['a number', { groups: 1 }, ['groups'], absent],
    ['a list with nothing usable in it', { groups: [null, 1, {}] }, ['groups'], absent],
    ['a list with something usable in it', { groups: [null, 'a', 1] }, ['groups'], present('a')],
    ['two claims', { a: ['x', 'y'], b: 'y' }, ['a', 'b'], present('x', 'y')],
    ['two claims, one of them missing', { a: ['x'] }, ['a', 'b'], present('x')],
    ['two claims, one of them odd', { a: ['x'], b: 7 }, ['a', 'b'], present('x')],
    ['a dotted path', { realm_access: { roles: ['x'] } }, ['realm_access.roles'], present('x')],
    ['a JSON pointer', { a: { 'b/c': { 'd~e': ['x'] } } }, ['/a/b~1c/d~0e'], present('x')],
    ['a JSON pointer into a list', { a: [{ b: 'x' }] }, ['/a/0/b'], present('x')],
    ['a path through text', { a: 'x' }, ['a.length'], absent],
    ['a path that ends nowhere', { a: {} }, ['a.b.c'], absent],
    [
      'a claim whose own name has dots',
      { 'https://acme.example/groups': ['x'] },
      ['https://acme.example/groups'],
      present('x'),
    ],
    [
      'a claim whose own name has dots beside a path',
      { 'a.b': ['own'], a: { b: ['path'] } },
      ['a.b'],
      present('own'),
    ],
    ['a path into a prototype', { a: {} }, ['a.constructor.name'], absent],
    ['a name that is on every object', {}, ['constructor'], absent],
    [
      'names that are on every object',
      { groups: ['__proto__', 'toString'] },
      ['groups'],
      present('__proto__', 'toString'),
    ],
    ['a pointer to elsewhere', { _claim_names: { groups: 'src1' } }, ['groups'], overage],
    [
      'a pointer to elsewhere beside a list',
      { groups: ['a'], _claim_names: { groups: 'src1' } },
      ['groups'],
      overage,
    ],
    ['a pointer to elsewhere of another claim', { _claim_names: { address: 'src1' } }, ['groups'], absent],
    ['a pointer that is null', { _claim_names: null }, ['groups'], absent],
    ['hasgroups', { hasgroups: true }, ['groups'], overage],
    ['hasgroups as text', { hasgroups: 'true' }, ['groups'], overage],
    ['hasgroups beside null', { hasgroups: true, groups: null }, ['groups'], overage],
    ['hasgroups false', { hasgroups: false }, ['groups'], absent],
    ['hasgroups beside the list', { hasgroups: true, groups: ['a'] }, ['groups'], present('a')],
    ['a list where no claim is named', { groups: ['a'] }, [], absent],
    ['an overage where no claim is named', { hasgroups: true }, [], absent],
  ])('reads %s', (_what, claims, names, expected) => {
    expect(groupsOf(claims, ...names)).toEqual(expected);
  });

  it('reads a claim called __proto__ as any other', () => {
    const claims = JSON.parse('{"__proto__": ["x"]}') as Claims;
    expect(groupsOf(claims, '__proto__')).toEqual(present('x'));
    expect(groupsOf({}, '__proto__')).toEqual(absent);
  });

  it('leaves out names that no header or page could carry, and says so without repeating them', () => {
    const odd = ['a\u0000b', 'a\r\nb', 'a\u0085b', '\ud800'];
    expect(readGroups({ groups: [...odd, 'ok', 'Łukasz 🚪'] }, ['groups'])).toEqual({
      groups: present('ok', 'Łukasz 🚪'),
      problems: ['groups.unusable_names: groups: 4'],
    });
  });

  it('reports what it does not understand', () => {
    expect(readGroups({ a: { b: 1 } }, ['a']).problems).toEqual(['groups.not_a_list: a']);
  });

  it('takes as many names as the limit and no more', () => {
    const names = Array.from({ length: maxGroups }, (_, each) => `g${each}`);
    expect(groupsOf({ a: names }, 'a')).toEqual(present(...names));
    expect(() => groupsOf({ a: [...names, 'x'] }, 'a')).toThrow(
      expect.objectContaining({ code: 'login_rejected', detail: 'groups.too_many' }),
    );
    expect(() => groupsOf({ a: names, b: 'x' }, 'a', 'b')).toThrow(
      expect.objectContaining({ detail: 'groups.too_many' }),
    );
  });

  it('takes a name as long as the limit in bytes and no longer', () => {
    const longest = 'ü'.repeat(maxGroupBytes / 2);
    expect(groupsOf({ a: [longest] }, 'a')).toEqual(present(longest));
    expect(() => groupsOf({ a: [`${longest}a`] }, 'a')).toThrow(
      expect.objectContaining({ detail: 'groups.name_too_long' }),
    );
  });

  it('never says "no groups" of what was not an empty list, and never invents a name', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        let groups;
        try {
          groups = groupsOf({ groups: value }, 'groups');
        } catch (error) {
          return error instanceof Failure;
        }
        if (groups.kind !== 'present') return true;
        const given: unknown[] = Array.isArray(value) ? value : [value];
        const empty = given.every((element) => element === '');
        return groups.names.length > 0 ? groups.names.every((name) => given.includes(name)) : empty;
      }),
    );
  });
});
