import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { parseRedisAddress } from '../../../src/sessions/redis/address.ts';

describe('the address of Redis', () => {
  it('names one server, with its usual port', () => {
    expect(parseRedisAddress('redis://db.example')).toMatchObject({
      kind: 'single',
      hosts: [{ host: 'db.example', port: 6379 }],
      database: 0,
      username: undefined,
      password: undefined,
      tls: undefined,
    });
    expect(parseRedisAddress('redis://[::1]:7000/3')).toMatchObject({
      hosts: [{ host: '::1', port: 7000 }],
      database: 3,
    });
  });

  it('names a user of the access list, or only a password', () => {
    expect(parseRedisAddress('redis://door%40ward:p%2Fw%3A%25@h')).toMatchObject({
      username: 'door@ward',
      password: 'p/w:%',
    });
    expect(parseRedisAddress('redis://:secret@h')).toMatchObject({ username: undefined, password: 'secret' });
  });

  it('names sentinels, what they watch, and how to speak to them', () => {
    const text = 'redis+sentinel://u:p@a:1,b/mymaster/2?sentinelUsername=s&sentinelPassword=x%26y';
    expect(parseRedisAddress(text)).toMatchObject({
      kind: 'sentinel',
      hosts: [
        { host: 'a', port: 1 },
        { host: 'b', port: 26379 },
      ],
      primary: 'mymaster',
      database: 2,
      username: 'u',
      password: 'p',
      sentinelUsername: 's',
      sentinelPassword: 'x&y',
    });
  });

  it('names nodes of a cluster', () => {
    expect(parseRedisAddress('redis+cluster://a:7000,b:7001')).toMatchObject({
      kind: 'cluster',
      hosts: [
        { host: 'a', port: 7000 },
        { host: 'b', port: 7001 },
      ],
    });
  });

  it('asks for TLS with the files it names, and never without checking', () => {
    const folder = mkdtempSync(join(tmpdir(), 'doorward-redis-address-'));
    const ca = join(folder, 'ca.pem');
    writeFileSync(ca, 'PEM');
    expect(parseRedisAddress(`rediss://h?ca=${ca}&servername=redis.internal`).tls).toEqual({
      minVersion: 'TLSv1.2',
      ca: Buffer.from('PEM'),
      servername: 'redis.internal',
    });
    expect(parseRedisAddress('rediss+cluster://h?rejectUnauthorized=false').tls).toEqual({
      minVersion: 'TLSv1.2',
    });
    rmSync(folder, { recursive: true });
    expect(() => parseRedisAddress(`rediss://h?ca=${ca}`)).toThrow();
  });

  it.each([
    'redis://',
    'redis://a,b',
    'redis://h/x',
    'redis+sentinel://h',
    'redis+ring://h',
    'http://h',
    'redis://h:x',
  ])('does not understand %s', (text) => {
    expect(() => parseRedisAddress(text)).toThrow();
  });
});
