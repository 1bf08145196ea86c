import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { ScimError } from '../../../src/scim/error.ts';
import {
  checkFilter,
  comparisons,
  matches,
  parseFilter,
  parsePath,
  printFilter,
  type AttributePath,
  type Filter,
} from '../../../src/scim/filter/index.ts';
import { userType } from '../../../src/scim/schema/index.ts';

const enterprise = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User';
const ann = {
  id: '1',
  externalId: 'A-1',
  userName: 'Ann@acme.example',
  active: true,
  name: { givenName: 'Ann', familyName: 'O"Neil' },
  emails: [
    { value: 'ann@acme.example', type: 'work', primary: true },
    { value: 'ann@home.example', type: 'home' },
  ],
  [enterprise]: { department: 'Data', manager: { value: 'B' } },
  meta: { resourceType: 'User', lastModified: '2026-03-01T10:00:00.000Z' },
  schemas: [userType.schema.id, enterprise],
};

describe('filters that match Ann', () => {
  it.each([
    'userName eq "ann@ACME.example"',
    'USERNAME Eq "ann@acme.example"',
    'externalId eq "A-1"',
    'userName sw "ann" and active eq true',
    'name.familyName eq "o\\"neil"',
    'emails co "home"',
    'emails.value ew "acme.example"',
    'emails[type eq "work" and value co "acme"]',
    'emails[type eq "work"].value eq "ann@acme.example"',
    `${enterprise}:department eq "data"`,
    `${enterprise}:manager.value eq "B"`,
    `${enterprise}:manager eq "B"`,
    'urn:ietf:params:scim:schemas:core:2.0:User:userName eq "ann@acme.example"',
    `schemas eq "${enterprise}"`,
    'meta.lastModified gt "2026-02-01T00:00:00Z"',
    'meta.lastModified le "2026-03-01T11:00:00+01:00"',
    'title pr or not (title pr)',
    'not (active eq false)',
    'title eq null',
    'title ne "x"',
    // and binds tighter than or
    'userName eq "x" and active eq false or active eq true',
    'active eq true or userName eq "x" and active eq false',
  ])('%s', (text) => {
    const filter = parseFilter(text);
    checkFilter(userType, filter);
    expect(matches(userType, ann, filter)).toBe(true);
  });
});

describe('filters that do not match Ann', () => {
  it.each([
    'externalId eq "a-1"',
    'emails[type eq "work" and value co "home"]',
    'emails[type eq "home"].value eq "ann@acme.example"',
    'favouriteColour eq "blue"',
    'favouriteColour pr',
    'title pr',
    'not (active eq true)',
    '(userName eq "x" or active eq true) and active eq false',
    'constructor pr',
    'meta.lastModified gt "not a date"',
  ])('%s', (text) => {
    expect(matches(userType, ann, parseFilter(text))).toBe(false);
  });
});

describe('filters that are refused with invalidFilter', () => {
  it.each([
    '',
    'userName',
    'userName xx "a"',
    'userName eq',
    'userName eq "a" trailing',
    'userName eq "a" and',
    '(userName eq "a"',
    'userName eq "a")',
    'emails[type eq "work"',
    'emails.value[type eq "work"]',
    'userName eq "a',
    'userName eq "\\x"',
    "userName eq 'a'",
    'active gt true',
    'emails[primary co "tr"]',
    '__proto__ eq "a"',
    'name.given.name eq "a"',
    `${'('.repeat(5000)}userName eq "a"${')'.repeat(5000)}`,
    `${'not ('.repeat(5000)}userName eq "a"${')'.repeat(5000)}`,
    Array.from({ length: 1000 }, () => 'title pr').join(' or '),
  ])('%s', (text) => {
    const attempt = () => checkFilter(userType, parseFilter(text));
    expect(attempt).toThrow(ScimError);
    expect(attempt).toThrow(expect.objectContaining({ status: 400, scimType: 'invalidFilter' }));
  });
});

describe('paths', () => {
  it('reads an attribute, a sub-attribute, elements and a sub-attribute of elements', () => {
    const path = (urn: string | undefined, attribute: string, sub?: string) => ({ urn, attribute, sub });
    expect(parsePath('userName')).toEqual({ path: path(undefined, 'userName'), filter: undefined });
    expect(parsePath('name.givenName').path).toEqual(path(undefined, 'name', 'givenName'));
    expect(parsePath(`${enterprise}:manager.value`).path).toEqual(path(enterprise, 'manager', 'value'));
    expect(parsePath('emails[type eq "work"].value')).toEqual({
      path: path(undefined, 'emails', 'value'),
      filter: { op: 'eq', path: path(undefined, 'type'), value: 'work' },
    });
  });

  it.each([
    '',
    'a b',
    'emails[',
    'emails[type eq "work"]value',
    'emails[type eq "work"].a.b',
    '__proto__',
    'a.__proto__',
    '"x"',
  ])('refuses %j with invalidPath', (text) => {
    expect(() => parsePath(text)).toThrow(expect.objectContaining({ scimType: 'invalidPath' }));
  });
});

const attributeName = fc
  .stringMatching(/^[A-Za-z][A-Za-z0-9_-]{0,8}$/)
  .filter((name) => name.toLowerCase() !== 'not');
const path: fc.Arbitrary<AttributePath> = fc.record({
  urn: fc.option(fc.constantFrom(enterprise, 'urn:example:x'), { nil: undefined }),
  attribute: attributeName,
  sub: fc.option(attributeName, { nil: undefined }),
});
const { filter } = fc.letrec<{ filter: Filter }>((tie) => ({
  filter: fc.oneof(
    { maxDepth: 5, withCrossShrink: true },
    fc.record({
      op: fc.constantFrom(...comparisons),
      path,
      value: fc.oneof(fc.string(), fc.integer(), fc.boolean(), fc.constant(null)),
    }),
    fc.record({ op: fc.constant('pr' as const), path }),
    fc.record({ op: fc.constantFrom('and', 'or' as const), left: tie('filter'), right: tie('filter') }),
    fc.record({ op: fc.constant('not' as const), filter: tie('filter') }),
    fc.record({
      op: fc.constant('element' as const),
      path: path.map((each) => ({ ...each, sub: undefined })),
      filter: tie('filter'),
    }),
  ),
}));

describe('any filter', () => {
  it('is the same after being printed and parsed again', () => {
    fc.assert(
      fc.property(filter, (tree) => {
        const text = printFilter(tree);
        expect(printFilter(parseFilter(text))).toBe(text);
        expect(leftmost(parseFilter(text))).toEqual(leftmost(tree));
      }),
    );
  });

  it('is parsed or refused as a ScimError, whatever the text', () => {
    fc.assert(
      fc.property(
        fc.oneof(fc.string(), fc.string({ unit: fc.constantFrom(...'ab().[]" eqandornt\\:') })),
        (text) => {
          try {
            matches(userType, ann, parseFilter(text));
          } catch (error) {
            expect(error).toBeInstanceOf(ScimError);
          }
        },
      ),
    );
  });
});

/** and/or are associative: a tree is compared with its chains turned to the left, as the parser builds them. */
function leftmost(tree: Filter): Filter {
  if (tree.op === 'not') return { ...tree, filter: leftmost(tree.filter) };
  if (tree.op === 'element') return { ...tree, filter: leftmost(tree.filter) };
  if (tree.op !== 'and' && tree.op !== 'or') return tree;
  return chain(tree, tree.op).reduce((left, right) => ({ op: tree.op, left, right }));
}

function chain(tree: Filter, op: 'and' | 'or'): Filter[] {
  if (tree.op !== op || (tree.op !== 'and' && tree.op !== 'or')) return [leftmost(tree)];
  return [...chain(tree.left, op), ...chain(tree.right, op)];
}
