import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import {
  cookieAttributes,
  cookieName,
  sessionIdFromCookie,
  sessionIdsFromCookie,
  signedCookieValue,
  withOnlyCookie,
} from '../../../src/sessions/cookie.ts';

const secrets = ['new'.padEnd(32, 'n'), 'old'.padEnd(32, 'o')];
const reading = { cookieName: '__Secure-doorward', secrets };
const id = 'A'.repeat(43);
const cookie = (value: string) => `__Secure-doorward=${value}`;
const signed = (of = id, secret = secrets[0] ?? '') => cookie(signedCookieValue(of, secret));

describe('the name and flags of the session cookie', () => {
  it('follow the base URL and the cookie domain', () => {
    expect(cookieName('https://door.example', undefined)).toBe('__Host-doorward');
    expect(cookieName('https://door.example', 'example')).toBe('__Secure-doorward');
    expect(cookieName('http://localhost:4180', undefined)).toBe('doorward');
    expect(cookieAttributes('https://door.example', undefined)).toEqual({
      path: '/',
      httpOnly: true,
      sameSite: 'lax',
      secure: true,
    });
    expect(cookieAttributes('https://door.example', 'door.example')).toMatchObject({
      domain: 'door.example',
    });
    expect(cookieAttributes('http://localhost:4180', undefined)).toMatchObject({ secure: false });
  });
});

describe('reading the session id from a Cookie header', () => {
  it('finds what any of the secrets signed, wherever it stands', () => {
    expect(sessionIdFromCookie(signed(), reading)).toBe(id);
    expect(sessionIdFromCookie(signed(id, secrets[1]), reading)).toBe(id);
    expect(sessionIdFromCookie(`a=b; ${signed()};c=d`, reading)).toBe(id);
    expect(
      sessionIdFromCookie(`__Secure-doorward="${signedCookieValue(id, secrets[0] ?? '')}"`, reading),
    ).toBe(id);
  });

  it('finds nothing where there is nothing of ours', () => {
    for (const header of [
      undefined,
      '',
      ';;;',
      'a=b',
      '__Secure-doorward',
      cookie(''),
      cookie('s:'),
      cookie(id),
      cookie(`s:${id}`),
      cookie(`s:${id}.`),
      cookie(`s:${id}.AAAA`),
      cookie('%'),
      cookie('%E0%A4%A'),
      signed(id, 'another secret of thirty-two bytes'),
      signed().replace('__Secure-doorward', '__secure-doorward'),
      signed().replace('__Secure-doorward', 'x__Secure-doorward'),
      signed().replace('__Secure-doorward', '__Secure-doorward2'),
      cookie(signedCookieValue('', secrets[0] ?? '')),
      cookie(`${signedCookieValue(id, secrets[0] ?? '')}${'A'.repeat(600)}`),
    ])
      expect(sessionIdFromCookie(header, reading)).toBeUndefined();
  });

  it('refuses every change of one character in the id', () => {
    for (let at = 0; at < id.length; at++) {
      const changed = signed().replace(id, `${id.slice(0, at)}B${id.slice(at + 1)}`);
      expect(sessionIdFromCookie(changed, reading)).toBeUndefined();
    }
  });

  it('takes one spelling of a signature only', () => {
    for (const stray of ['%3D', '=', '%20', '%0A', '!', '%00'])
      expect(sessionIdFromCookie(`${signed()}${stray}`, reading)).toBeUndefined();
  });

  it('passes over tossed cookies that we did not sign, but believes none of two that we did', () => {
    const tossed = cookie('s%3Aforged.AAAA');
    const foreign = signed('B'.repeat(43));
    expect(sessionIdFromCookie(`${tossed}; ${signed()}`, reading)).toBe(id);
    expect(sessionIdFromCookie(`${signed()}; ${signed()}`, reading)).toBe(id);
    expect(sessionIdFromCookie(`${signed()}; ${foreign}`, reading)).toBeUndefined();
    expect(sessionIdsFromCookie(`${foreign}; ${signed()}`, reading)).toEqual(['B'.repeat(43), id]);
  });

  it('never throws and never invents an id, whatever the header says', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        expect(sessionIdFromCookie(cookie(text), reading)).toBeUndefined();
        expect(sessionIdFromCookie(text, reading)).toBeUndefined();
      }),
    );
  });

  it('leaves other cookies alone when it takes ours out', () => {
    const header = `a=b; ${cookie('1')}; c=d;${cookie('2')}`;
    expect(withOnlyCookie(header, reading.cookieName, undefined)).toBe('a=b; c=d');
    expect(withOnlyCookie(header, reading.cookieName, '3')).toBe(`${cookie('3')};a=b; c=d`);
  });
});
