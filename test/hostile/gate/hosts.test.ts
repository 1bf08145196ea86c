import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { listening, stopped } from '../../support/http-exchange.ts';
import { hostileSite, rule, type Site } from './site.ts';

let open: Awaited<ReturnType<typeof listening>>;
let inner: Awaited<ReturnType<typeof listening>>;
let site: Site;
const reached: string[] = [];

beforeAll(async () => {
  open = await listening((_req, res) => res.end(String(reached.push('open'))));
  inner = await listening((_req, res) => res.end(String(reached.push('inner'))));
  site = await hostileSite({
    trustedProxies: ['127.0.0.1'],
    policy: [rule('public', { hosts: ['open.example'] }), rule('signed-in')],
    upstreams: [
      { host: 'open.example', path: '/', url: `http://127.0.0.1:${open.port}` },
      { host: undefined, path: '/', url: `http://127.0.0.1:${inner.port}` },
    ],
  });
});
afterAll(async () => {
  await site.close();
  await Promise.all([stopped(open.server), stopped(inner.server)]);
});
beforeEach(() => {
  reached.length = 0;
});

const ask = (head: string) => site.raw(`${head}\r\nConnection: close\r\n\r\n`);

describe('which application a request is for', () => {
  it.each([
    'open.example',
    'open.example:1',
    'open.example:8443',
    'open.example:443',
    'open.example.',
    'open.example.:8443',
    'OPEN.example',
    'Open.Example.:65535',
  ])('43: Host: %s is judged for the application that it then goes to', async (host) => {
    await ask(`GET / HTTP/1.1\r\nHost: ${host}`);
    await ask(`GET / HTTP/1.1\r\nHost: inner.example\r\nX-Forwarded-Host: ${host}`);
    expect(reached).toEqual(['open', 'open']);
  });

  it.each([
    ['two hosts, one after the other', 'GET / HTTP/1.1\r\nHost: inner.example\r\nHost: open.example'],
    ['two hosts, the other way around', 'GET / HTTP/1.1\r\nHost: open.example\r\nHost: inner.example'],
    ['a list of hosts', 'GET / HTTP/1.1\r\nHost: open.example, inner.example'],
    ['another host in the target', 'GET http://open.example/ HTTP/1.1\r\nHost: inner.example'],
    [
      'another host in the target, the other way around',
      'GET http://inner.example/ HTTP/1.1\r\nHost: open.example',
    ],
    ['a host in the path', 'GET //open.example/ HTTP/1.1\r\nHost: inner.example'],
    ['a host with a path', 'GET / HTTP/1.1\r\nHost: open.example/../inner.example'],
    ['a host with a user', 'GET / HTTP/1.1\r\nHost: open.example@inner.example'],
    ['a host below', 'GET / HTTP/1.1\r\nHost: x.open.example'],
    ['a host that ends so', 'GET / HTTP/1.1\r\nHost: notopen.example'],
    ['a folded host', 'GET / HTTP/1.1\r\nHost: inner.example\r\n .open.example'],
    ['no host', 'GET / HTTP/1.0'],
  ])('43: %s reaches no application that is not public', async (_what, head) => {
    await ask(head);
    expect(reached.filter((each) => each === 'inner')).toEqual([]);
  });
});
