import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { valueHabits } from '../../../src/scim/habits/values.ts';
import { patchUrn, readOperations, splitGroupOperations } from '../../../src/scim/patch/index.ts';

interface MemberOperation {
  readonly op: string;
  readonly path?: string;
  readonly value?: unknown;
}

const split = (...operations: readonly MemberOperation[]) =>
  splitGroupOperations(readOperations({ schemas: [patchUrn], Operations: operations }), valueHabits);

const id: fc.Arbitrary<string> = fc.constantFrom('a', 'b', 'c', 'd', 'e');
const ids = fc.array(id, { maxLength: 4 });
const objects = (list: readonly string[]) => list.map((value) => ({ value }));
const operation: fc.Arbitrary<{ sent: MemberOperation; does: (members: Set<string>) => void }> = fc.oneof(
  ids.map((list) => ({
    sent: { op: 'add', path: 'members', value: objects(list) },
    does: (members: Set<string>) => list.forEach((each) => members.add(each)),
  })),
  ids.map((list) => ({
    sent: { op: 'replace', path: 'members', value: objects(list) },
    does: (members: Set<string>) => {
      members.clear();
      for (const each of list) members.add(each);
    },
  })),
  ids
    .filter((list) => list.length > 0)
    .map((list) => ({
      sent: { op: 'remove', path: 'members', value: objects(list) },
      does: (members: Set<string>) => list.forEach((each) => members.delete(each)),
    })),
  id.map((each) => ({
    sent: { op: 'remove', path: `members[value eq "${each}"]` },
    does: (members: Set<string>) => void members.delete(each),
  })),
  fc.constant({ sent: { op: 'remove', path: 'members' }, does: (members: Set<string>) => members.clear() }),
  ids.map((list) => ({
    sent: { op: 'add', value: { members: objects(list) } },
    does: (members: Set<string>) => list.forEach((each) => members.add(each)),
  })),
);

describe('operations on members', () => {
  it('fold into one delta that does what they do one after the other', () => {
    fc.assert(
      fc.property(
        fc.uniqueArray(id),
        fc.array(operation, { minLength: 1, maxLength: 6 }),
        (before, operations) => {
          const expected = new Set(before);
          for (const { does } of operations) does(expected);
          const { members } = split(...operations.map(({ sent }) => sent));
          const actual = new Set(members?.clear ? [] : before);
          for (const each of members?.leave ?? []) actual.delete(each);
          for (const each of members?.join ?? []) actual.add(each.id);
          expect([...actual].sort()).toEqual([...expected].sort());
        },
      ),
    );
  });

  it('leave everything else to the engine', () => {
    const { members, rest } = split(
      { op: 'replace', path: 'displayName', value: 'X' },
      { op: 'add', value: { members: [{ value: 'a' }], externalId: 'E' } },
    );
    expect(members).toEqual({ clear: false, join: [{ id: 'a', display: undefined }], leave: [] });
    expect(rest.map(({ path, value }) => [path?.path.attribute, value])).toEqual([
      ['displayName', 'X'],
      [undefined, { externalId: 'E' }],
    ]);
  });

  it('name members by other filters, which are looked up', () => {
    const { members, leaving } = split({ op: 'remove', path: 'members[display co "x"]' });
    expect(members).toBeUndefined();
    expect(leaving).toMatchObject([{ op: 'co', value: 'x' }]);
    expect(split({ op: 'remove', path: 'members[value eq "a" or value eq "b"]' }).members?.leave).toEqual([
      'a',
      'b',
    ]);
  });

  it.each([
    [{ op: 'replace', path: 'members[value eq "a"].display', value: 'x' }, 'mutability'],
    [{ op: 'replace', path: 'members[value eq "a"]', value: { value: 'b' } }, 'mutability'],
    [{ op: 'add', path: 'members', value: [{ display: 'no value' }] }, 'invalidValue'],
    [{ op: 'add', path: 'members.__proto__', value: 'x' }, 'invalidPath'],
  ])('are refused: %j', (sent, scimType) => {
    expect(() => split(sent)).toThrow(expect.objectContaining({ status: 400, scimType }));
  });
});
