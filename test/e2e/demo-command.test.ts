import { once } from 'node:events';
import { createServer } from 'node:net';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { doorward } from '../../demo/gateway.ts';
import { people } from '../../demo/people.ts';
import { ScriptedBrowser } from '../../demo/scripted-browser.ts';
import { freeDemoPort, runDemo, startDemo, type RunningDemo } from '../support/demo.ts';

const slow = 60_000;
let directory: string;

beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'doorward-demo-'));
});
afterAll(() => rmSync(directory, { recursive: true, force: true }));

async function signIn(demo: RunningDemo, userName: string): Promise<number> {
  const browser = new ScriptedBrowser();
  const page = await browser.open(`${demo.baseUrl}/sso/login/microsoft?rd=/whoami`);
  const answer = await browser.submit(page, { userName, password: 'doorward' });
  return answer.status;
}

async function userNames(state: string): Promise<string[]> {
  const listed = await doorward(join(state, 'config'), 'users', 'list', '--json');
  return (JSON.parse(listed) as { userName: string }[]).map((user) => user.userName).sort();
}

describe('npm run demo', () => {
  it(
    'prints one URL and the table of users, keeps the data over a second start, and forgets it with --reset',
    async () => {
      const state = join(directory, 'kept');
      const port = await freeDemoPort();

      const first = await startDemo({ port, state });
      try {
        expect(first.output()).toContain(`Doorward is up:  http://localhost:${port}`);
        for (const person of people) expect(first.output()).toContain(person.userName);
        expect(await signIn(first, 'ben')).toBe(200);
        expect(await signIn(first, 'eva')).toBe(403);
      } finally {
        await first.interrupt();
      }
      const before = await userNames(state);
      expect(before).toContain('ben.okafor@acme.example');

      const second = await startDemo({ port, state });
      try {
        expect(second.output()).toContain('The data of the last start was kept');
        expect(await userNames(state)).toEqual(before);
        expect(await signIn(second, 'ben')).toBe(200);
        expect(await signIn(second, 'eva')).toBe(403);
        expect(await userNames(state)).toEqual(before);
      } finally {
        await second.interrupt();
      }

      const third = await startDemo({ port, state, reset: true });
      try {
        expect(await userNames(state)).toEqual(['eva', 'eva.lindqvist@acme.example']);
      } finally {
        await third.interrupt();
      }
    },
    3 * slow,
  );

  it(
    'stops everything on Ctrl-C: no process and no listener is left',
    async () => {
      const port = await freeDemoPort();
      const demo = await startDemo({ port, state: join(directory, 'stopped') });
      expect(demo.anyLeft()).toBe(true);
      await demo.interrupt();
      expect(demo.anyLeft()).toBe(false);
      for (const each of [port, port + 10, port + 11, port + 12, port + 13])
        await expect(fetch(`http://127.0.0.1:${each}/`)).rejects.toThrow('fetch failed');
    },
    slow,
  );

  it(
    'names a busy port and the option to choose another, and ends with 1',
    async () => {
      const port = await freeDemoPort();
      const busy = createServer().listen(port + 11, '127.0.0.1');
      await once(busy, 'listening');
      try {
        const { code, output } = await runDemo({ port, state: join(directory, 'busy') });
        expect(code).toBe(1);
        expect(output).toContain(`Port ${port + 11} is in use by another program`);
        expect(output).toContain('npm run demo -- --port');
        expect(output).not.toMatch(/\bat .*\.ts:\d/);
      } finally {
        busy.close();
      }
    },
    slow,
  );

  it(
    'refuses to keep its state in a directory that is not its own',
    async () => {
      const { code, output } = await runDemo({ port: await freeDemoPort(), state: tmpdir() });
      expect(code).toBe(1);
      expect(output).toContain('was not made by the demo');
    },
    slow,
  );
});
