import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { parseData, parseLogin } from '../../../src/sessions/login-json.ts';
import { sampleLogin } from '../../support/sessions.ts';

describe('reading a stored login', () => {
  it('gives back what was written and drops what it does not know', () => {
    const login = sampleLogin();
    expect(parseLogin(JSON.stringify({ ...login, groups: ['admin'] }))).toEqual(login);
  });

  it('throws on every field of a wrong type, and on every missing one that is needed', () => {
    const login = sampleLogin({ idp: { sid: 's', expiresAt: 1, nameId: { value: 'n' } } });
    for (const key of Object.keys(login)) {
      for (const wrong of [7.5, true, null, {}, [7], 'x', Number.NaN]) {
        if (
          typeof wrong === typeof login[key as keyof typeof login] &&
          !Array.isArray(wrong) &&
          wrong !== null
        )
          continue;
        expect(() => parseLogin(JSON.stringify({ ...login, [key]: wrong }))).toThrow();
      }
    }
    for (const key of ['userId', 'provider', 'issuer', 'subject', 'authenticatedAt', 'amr', 'idp'])
      expect(() => parseLogin(JSON.stringify({ ...login, [key]: undefined }))).toThrow();
    expect(() => parseLogin(JSON.stringify({ ...login, idp: { nameId: {} } }))).toThrow();
  });

  it('either reads or throws, and never touches a prototype', () => {
    fc.assert(
      fc.property(fc.json(), (json) => {
        expect(() => parseLogin(json)).toThrow();
      }),
    );
    parseData('{"__proto__":{"polluted":true}}');
    expect(({} as { polluted?: unknown }).polluted).toBeUndefined();
  });
});
