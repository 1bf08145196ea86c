import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { ScimError } from '../../../src/scim/error.ts';
import { flatKeys } from '../../../src/scim/habits/bodies.ts';
import { patchPathHabits } from '../../../src/scim/habits/filters.ts';
import { valueHabits } from '../../../src/scim/habits/values.ts';
import { applyPatch, patchUrn, readOperations, splitGroupOperations } from '../../../src/scim/patch/index.ts';
import { readResource } from '../../../src/scim/read.ts';
import type { Resource } from '../../../src/scim/resource.ts';
import { groupType, userType } from '../../../src/scim/schema/index.ts';
import { applyModel, mailTypes, nameParts, singles, type Doc, type ModelOperation } from './patch-model.ts';

const runs = Number(process.env['FUZZ_RUNS'] ?? 300);
const words = fc.constantFrom('a', 'B', 'Ab', 'x y', 'ü');
const mail = fc.record(
  {
    value: fc.constantFrom('a@x', 'A@X', 'b@x', 'c@x', 'd@x'),
    type: fc.constantFrom(...mailTypes),
    primary: fc.boolean(),
  },
  { requiredKeys: ['value', 'type'] },
);
const mails = fc.uniqueArray(mail, {
  maxLength: 4,
  selector: (each) => `${each.value.toLowerCase()} ${each.type}`,
});
const namePart = fc.constantFrom(...nameParts);
const name = fc.dictionary(namePart, words, { minKeys: 1, noNullPrototype: true });
const single = fc.constantFrom(...singles);
const mayBeEmpty = fc.oneof(words, fc.constant(''));

const document: fc.Arbitrary<Doc> = fc
  .record({ title: words, nickName: words, displayName: words, name, emails: mails }, { requiredKeys: [] })
  .map((doc) => readResource(userType, { userName: 'ann', ...doc }, valueHabits));

const change = fc.constantFrom('add' as const, 'replace' as const);
const operation: fc.Arbitrary<ModelOperation> = fc.oneof(
  fc.record({ op: change, path: single, value: mayBeEmpty }),
  fc.record({ op: fc.constant('remove' as const), path: single }),
  fc.record({ op: change, path: fc.constant('name'), value: name }),
  fc.record({ op: fc.constant('remove' as const), path: fc.constant('name') }),
  fc.record({ op: change, path: namePart.map((part) => `name.${part}`), value: mayBeEmpty }),
  fc.record({ op: fc.constant('remove' as const), path: namePart.map((part) => `name.${part}`) }),
  fc.record({ op: change, path: fc.constant('emails'), value: mails.filter((list) => list.length > 0) }),
  fc.record({ op: fc.constant('remove' as const), path: fc.constant('emails') }),
  fc.record({
    op: fc.constant('remove' as const),
    path: fc.constant('emails'),
    value: mails.filter((list) => list.length > 0),
  }),
  fc.record({
    op: change,
    path: fc.constantFrom(...mailTypes).map((type) => `emails[type eq "${type}"].value`),
    value: fc.constantFrom('a@x', 'e@x'),
  }),
  fc.record({
    op: change,
    path: fc.constantFrom(...mailTypes).map((type) => `emails[type eq "${type}"]`),
    value: mail,
  }),
  fc.record({
    op: fc.constant('remove' as const),
    path: fc.constantFrom(...mailTypes).map((type) => `emails[type eq "${type}"]`),
  }),
  fc.record({
    op: fc.constant('remove' as const),
    path: fc.constantFrom(...mailTypes).map((type) => `emails[type eq "${type}"].value`),
  }),
  fc.record({
    op: change,
    value: fc.record(
      { title: words, displayName: mayBeEmpty, emails: mails.filter((list) => list.length > 0) },
      { requiredKeys: [] },
    ),
  }),
  fc.record({ op: fc.constant('remove' as const) }),
  fc.record({ op: change, path: fc.constant('id'), value: words }),
);

const body = (operations: readonly object[]) => ({ schemas: [patchUrn], Operations: operations });

function engine(before: Doc, operations: readonly ModelOperation[]): Doc | 'refused' {
  try {
    const read = readOperations(body(operations), patchPathHabits(userType));
    return applyPatch(userType, before as Resource, read, valueHabits);
  } catch (error) {
    if (error instanceof ScimError) return 'refused';
    throw error;
  }
}

describe('PATCH of any document', () => {
  it('does what the slow model does, and leaves what it was given as it is', () => {
    fc.assert(
      fc.property(document, fc.array(operation, { maxLength: 5 }), (before, operations) => {
        const copy = structuredClone(before);
        expect(engine(before, operations)).toEqual(applyModel(before, operations));
        expect(before).toEqual(copy);
      }),
      { numRuns: runs },
    );
  });

  it('adds nothing twice: the same operation again changes nothing', () => {
    fc.assert(
      fc.property(document, mails, (before, emails) => {
        const once = engine(before, [{ op: 'add', path: 'emails', value: emails }]);
        if (once !== 'refused')
          expect(engine(once, [{ op: 'add', path: 'emails', value: emails }])).toEqual(once);
      }),
      { numRuns: runs },
    );
  });
});

const evilKey = fc.constantFrom(
  '__proto__',
  'constructor',
  'prototype',
  'toString',
  'hasOwnProperty',
  '__defineGetter__',
  'userName',
  'name',
  'emails',
  'urn:ietf:params:scim:schemas:core:2.0:User:__proto__',
  'name.__proto__',
  'name.constructor',
  'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User',
  'members',
  'value',
);
const { anything } = fc.letrec<{ anything: unknown }>((tie) => ({
  anything: fc.oneof(
    { maxDepth: 4 },
    fc.constantFrom(null, true, 'polluted', 1, ''),
    fc.array(tie('anything'), { maxLength: 3 }),
    fc.array(fc.tuple(evilKey, tie('anything')), { maxLength: 4 }).map(
      (entries) =>
        // As JSON.parse makes it: __proto__ is an own key.
        JSON.parse(
          `{${entries.map(([key, value]) => `${JSON.stringify(key)}:${JSON.stringify(value)}`).join(',')}}`,
        ) as unknown,
    ),
  ),
}));

/** Names of Object.prototype, which no input may add to. */
const prototypeNames = Object.getOwnPropertyNames(Object.prototype).sort();

function expectClean(result: unknown): void {
  expect(Object.getOwnPropertyNames(Object.prototype).sort()).toEqual(prototypeNames);
  expect(Object.getOwnPropertyNames(Array.prototype)).not.toContain('polluted');
  walk(result);
}

function walk(value: unknown): void {
  if (Array.isArray(value)) return value.forEach(walk);
  if (typeof value !== 'object' || value === null) return;
  // A copy may come from another realm, whose Object.prototype is not ours.
  expect(Object.getPrototypeOf(Object.getPrototypeOf(value))).toBe(null);
  for (const key of ['__proto__', 'constructor', 'prototype']) expect(Object.hasOwn(value, key)).toBe(false);
  Object.values(value).forEach(walk);
}

describe('no key ever reaches a prototype', () => {
  const attempt = (work: () => unknown) => {
    try {
      expectClean(work());
    } catch (error) {
      if (!(error instanceof ScimError)) throw error;
      expectClean(undefined);
    }
  };

  it('of a whole resource', () => {
    fc.assert(
      fc.property(anything, (input) => {
        attempt(() => readResource(userType, flatKeys(userType, input), valueHabits));
        attempt(() => readResource(groupType, flatKeys(groupType, input), valueHabits));
      }),
      { numRuns: runs },
    );
  });

  it('of a PATCH, by path or by value', () => {
    const paths = fc.option(
      fc.oneof(
        evilKey,
        evilKey.map((key) => `emails[${key} eq "x"].${key}`),
        evilKey.map((key) => `name.${key}`),
      ),
      { nil: undefined },
    );
    fc.assert(
      fc.property(
        document,
        fc.constantFrom('add', 'replace', 'remove'),
        paths,
        anything,
        (before, op, path, value) => {
          const read = () => readOperations(body([{ op, path, value }]), patchPathHabits(userType));
          attempt(() => applyPatch(userType, before as Resource, read(), valueHabits));
          attempt(() => splitGroupOperations(read(), valueHabits).members);
        },
      ),
      { numRuns: runs },
    );
  });
});
