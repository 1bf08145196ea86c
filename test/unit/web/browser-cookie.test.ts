import { randomBytes } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import type { Request, Response } from 'express';
import { createBrowserCookie } from '../../../src/web/browser-cookie.ts';

const cookie = createBrowserCookie({ https: true, timeout: 600_000, random: randomBytes });

/** Sets cookies for a browser that brought these; returns the value and what was set. */
function ensure(brought: string | undefined, made = cookie) {
  const set: [string, string, Record<string, unknown>][] = [];
  const req = { headers: { cookie: brought } } as Request;
  const res = {
    cookie: (...args: [string, string, Record<string, unknown>]) => set.push(args),
  } as unknown as Response;
  return { value: made.ensure(req, res), set };
}
const read = (header: string | undefined) => cookie.read({ headers: { cookie: header } } as Request);

describe('the cookie that says which browser began a login', () => {
  it('is 32 random bytes that only this host can set and that survive a cross-site POST', () => {
    const { value, set } = ensure(undefined);
    expect(Buffer.from(value, 'base64url')).toHaveLength(32);
    expect(set[0]?.slice(0, 2)).toEqual(['__Host-doorward-login', value]);
    expect(set[0]?.[2]).toMatchObject({ path: '/', httpOnly: true, secure: true, sameSite: 'none' });
    expect(set[0]?.[2]['maxAge']).toBeGreaterThan(0);
    expect(set[0]?.[2]).not.toHaveProperty('domain');
  });

  it('is shared by all tabs once it is there: nothing piles up', () => {
    const { value } = ensure(undefined);
    const later = ensure(`a=b; __Host-doorward-login=${value}`);
    expect(later.value).toBe(value);
    expect(later.set.map(([name]) => name)).toEqual(['__Host-doorward-login']);
  });

  it('of tabs that began at the same moment, before there was one, each finds its own', () => {
    const tabs = Array.from({ length: 10 }, () => ensure(undefined));
    const jar = new Map(tabs.flatMap((tab) => tab.set.map(([name, value]) => [name, value] as const)));
    const found = read([...jar].map(([name, value]) => `${name}=${value}`).join('; '));
    for (const tab of tabs) expect(found).toContain(tab.value);
    expect(found[0]).toBe(tabs.at(-1)?.value);
  });

  it('is not believed when we cannot have set it', () => {
    for (const value of ['', 'short', 'x'.repeat(44), `${'x'.repeat(42)}!`]) {
      expect(read(`__Host-doorward-login=${value}`)).toEqual([]);
      expect(ensure(`__Host-doorward-login=${value}`).value).not.toBe(value);
    }
    expect(read(`__Host-doorward-login-zzzzzz=${'x'.repeat(43)}`)).toEqual([]);
    expect(read(`doorward-login=${'x'.repeat(43)}`)).toEqual([]);
    expect(read(undefined)).toEqual([]);
  });

  it('is tried a bounded number of times', () => {
    const many = Array.from({ length: 500 }, () => randomBytes(32).toString('base64url'));
    expect(
      read(many.map((value) => `__Host-doorward-login-${value.slice(0, 6)}=${value}`).join(';')),
    ).toHaveLength(16);
  });

  it('on plain http has a plain name and is Lax', () => {
    const { set } = ensure(
      undefined,
      createBrowserCookie({ https: false, timeout: 1000, random: randomBytes }),
    );
    expect(set[0]?.[0]).toBe('doorward-login');
    expect(set[0]?.[2]).toMatchObject({ secure: false, sameSite: 'lax' });
  });
});
