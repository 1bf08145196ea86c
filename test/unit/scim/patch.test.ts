import { describe, expect, it } from '@jest/globals';
import { valueHabits } from '../../../src/scim/habits/values.ts';
import { applyPatch, readOperations } from '../../../src/scim/patch/index.ts';
import { readResource } from '../../../src/scim/read.ts';
import { userType } from '../../../src/scim/schema/index.ts';

const enterprise = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User';
const patchUrn = 'urn:ietf:params:scim:api:messages:2.0:PatchOp';

const before = readResource(userType, {
  userName: 'ann',
  name: { givenName: 'Ann', familyName: 'Old' },
  active: true,
  emails: [
    { value: 'ann@work', type: 'work', primary: true },
    { value: 'ann@home', type: 'home' },
  ],
  roles: [{ value: 'reader', primary: true }],
  [enterprise]: { department: 'Data', manager: { value: 'B' } },
});

const patch = (...operations: object[]) =>
  applyPatch(userType, before, readOperations({ schemas: [patchUrn], Operations: operations }), valueHabits);

describe('PATCH of a user', () => {
  it.each<[string, object[], object]>([
    [
      'Entra switches off with a text',
      [{ op: 'Replace', path: 'active', value: 'False' }],
      { active: false },
    ],
    ['Okta switches off without a path', [{ op: 'replace', value: { active: false } }], { active: false }],
    [
      'a URN in front of the name',
      [{ op: 'replace', path: 'urn:ietf:params:scim:schemas:core:2.0:User:active', value: false }],
      { active: false },
    ],
    [
      'dotted and URN keys without a path land nested',
      [{ op: 'replace', value: { 'name.givenName': 'Anna', [`${enterprise}:employeeNumber`]: '7' } }],
      {
        name: { givenName: 'Anna', familyName: 'Old' },
        [enterprise]: { department: 'Data', manager: { value: 'B' }, employeeNumber: '7' },
      },
    ],
    [
      'an extension as an object without a path is merged',
      [{ op: 'add', value: { [enterprise]: { costCenter: '9' } } }],
      { [enterprise]: { department: 'Data', manager: { value: 'B' }, costCenter: '9' } },
    ],
    [
      'a filtered sub-attribute is replaced where it matches',
      [{ op: 'replace', path: 'emails[type eq "work"].value', value: 'new@work' }],
      {
        emails: [
          { value: 'new@work', type: 'work', primary: true },
          { value: 'ann@home', type: 'home' },
        ],
      },
    ],
    [
      'a filtered sub-attribute with no match makes the element',
      [
        { op: 'replace', path: 'phoneNumbers[type eq "work"].value', value: '123' },
        { op: 'replace', path: 'active', value: false },
      ],
      { phoneNumbers: [{ type: 'work', value: '123' }], active: false },
    ],
    [
      'a new primary clears the old one',
      [{ op: 'add', path: 'emails', value: [{ value: 'c@x', type: 'other', primary: true }] }],
      {
        emails: [
          { value: 'ann@work', type: 'work', primary: false },
          { value: 'ann@home', type: 'home' },
          { value: 'c@x', type: 'other', primary: true },
        ],
      },
    ],
    [
      'a manager as text',
      [{ op: 'add', path: `${enterprise}:manager`, value: 'C' }],
      { [enterprise]: { department: 'Data', manager: { value: 'C' } } },
    ],
    [
      'a manager in a list',
      [{ op: 'add', path: `${enterprise}:manager`, value: [{ $ref: 'x', value: 'C' }] }],
      { [enterprise]: { department: 'Data', manager: { $ref: 'x', value: 'C' } } },
    ],
    [
      'an empty manager is removed',
      [{ op: 'replace', path: `${enterprise}:manager`, value: '' }],
      { [enterprise]: { department: 'Data' } },
    ],
    [
      'a manager with an empty value is removed',
      [{ op: 'replace', path: `${enterprise}:manager`, value: { value: '' } }],
      { [enterprise]: { department: 'Data' } },
    ],
    ['a text in a list', [{ op: 'replace', path: 'displayName', value: ['X'] }], { displayName: 'X' }],
    [
      'an empty text is no value',
      [{ op: 'replace', path: 'name.familyName', value: '' }],
      { name: { givenName: 'Ann' } },
    ],
    [
      'remove by filter',
      [{ op: 'remove', path: 'emails[type eq "home"]' }],
      { emails: [{ value: 'ann@work', type: 'work', primary: true }] },
    ],
    ['remove by filter without a match', [{ op: 'remove', path: 'emails[type eq "fax"]' }], {}],
    [
      'remove with a list takes only those',
      [{ op: 'remove', path: 'emails', value: [{ value: 'ANN@home' }] }],
      { emails: [{ value: 'ann@work', type: 'work', primary: true }] },
    ],
    [
      'adding what is there changes nothing',
      [{ op: 'add', path: 'emails', value: [{ value: 'ann@home', type: 'home' }] }],
      {},
    ],
    ['no operations change nothing', [], {}],
    [
      'the last of remove, add and replace wins',
      [
        { op: 'remove', path: 'title' },
        { op: 'add', path: 'title', value: 'A' },
        { op: 'replace', path: 'title', value: 'B' },
      ],
      { title: 'B' },
    ],
    [
      'an unknown key without a path is ignored',
      [{ op: 'add', value: { constructor: 1, __proto__: { x: 1 }, favourite: 'blue' } }],
      {},
    ],
    [
      'read-only keys without a path are ignored',
      [{ op: 'replace', value: { id: 'x', meta: {}, groups: [], displayName: 'X' } }],
      { displayName: 'X' },
    ],
  ])('%s', (_, operations, expected) => {
    expect(patch(...operations)).toEqual({ ...before, ...expected });
  });

  it.each<[string, object, string]>([
    ['remove without a path', { op: 'remove' }, 'noTarget'],
    [
      'a whole element that matches nothing',
      { op: 'replace', path: 'emails[type eq "fax"]', value: { value: 'x' } },
      'noTarget',
    ],
    ['a read-only attribute', { op: 'replace', path: 'id', value: 'x' }, 'mutability'],
    ['a read-only sub-attribute', { op: 'replace', path: 'meta.created', value: 'x' }, 'mutability'],
    ['a path that cannot be read', { op: 'replace', path: 'emails[', value: 'x' }, 'invalidPath'],
    ['a path to the prototype', { op: 'add', path: '__proto__', value: { x: 1 } }, 'invalidPath'],
    [
      'a path to the constructor',
      { op: 'add', path: 'constructor.prototype', value: { x: 1 } },
      'invalidPath',
    ],
    [
      'a filter on a single value',
      { op: 'replace', path: 'userName[value eq "x"]', value: 'x' },
      'invalidPath',
    ],
    ['an unknown operation', { op: 'move', path: 'title' }, 'invalidSyntax'],
    ['a wrong type', { op: 'replace', path: 'active', value: 'perhaps' }, 'invalidValue'],
  ])('refuses %s', (_, operation, scimType) => {
    expect(() => patch(operation)).toThrow(expect.objectContaining({ status: 400, scimType }));
    expect(({} as Record<string, unknown>)['x']).toBeUndefined();
  });

  it('refuses a body without the PatchOp schema', () => {
    expect(() => readOperations({ Operations: [] })).toThrow(
      expect.objectContaining({ scimType: 'invalidSyntax' }),
    );
  });

  it('leaves the resource it was given untouched', () => {
    const copy = structuredClone(before);
    patch({ op: 'remove', path: 'emails' }, { op: 'replace', path: 'name.givenName', value: 'X' });
    expect(before).toEqual(copy);
  });
});
