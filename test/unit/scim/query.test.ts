import { describe, expect, it } from '@jest/globals';
import { listRequest, readQuery } from '../../../src/scim/http/query.ts';

describe('the query of a URL', () => {
  it.each([
    ['filter=userName+eq+%22a%2Bb@x%22', 'userName eq "a+b@x"'],
    ['filter=userName%20eq%20%22a+b@x%22', 'userName eq "a+b@x"'],
    ['FILTER=userName+pr', 'userName pr'],
    ['aadOptscim062020&filter=a%26b&x=%C3%BC', 'a&b'],
  ])('%s asks for %s', (query, filter) => {
    expect(listRequest(readQuery(query)).filter).toBe(filter);
  });

  it.each(['filter=%ff', 'filter=%zz', '%=1'])('%s is refused', (query) => {
    expect(() => readQuery(query)).toThrow(expect.objectContaining({ status: 400 }));
  });

  it('has whole numbers, and a hundred resources when nothing is said', () => {
    expect(listRequest(readQuery('startIndex=&count='))).toMatchObject({ startIndex: 1, count: 100 });
    expect(listRequest(readQuery('startIndex=-3&count=0'))).toMatchObject({ startIndex: -3, count: 0 });
    for (const wrong of ['count=1.5', 'count=x', 'startIndex=99999999999999999999'])
      expect(() => listRequest(readQuery(wrong))).toThrow(
        expect.objectContaining({ scimType: 'invalidValue' }),
      );
  });
});
