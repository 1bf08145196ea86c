import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { silentLog } from '../../src/identity/index.ts';
import { createSamlProvider, createSecondLock } from '../../src/providers/saml/index.ts';
import { openSessionStore } from '../../src/sessions/index.ts';
import { ask, formPost } from './saml-ask.ts';
import { fixtureBase, fixtureNow, memoryFlows, samlConfig } from './saml-provider.ts';

/** A gateway's SAML half on a real store, which takes logins that nobody asked for, at the fixtures' moment. */
export interface SamlProcess {
  /** Posts the committed document so many times at once; `accepted` or the failure's code for each. */
  post(name: string, times: number): Promise<readonly string[]>;
  stop(): Promise<void>;
}

/** In this process. */
export async function openSamlHalf(url: string, redisPrefix: string): Promise<SamlProcess> {
  // The store's clock is the real one: records are kept by their time to live.
  const store = await openSessionStore(url, { now: Date.now, log: silentLog, redisPrefix });
  const secondLock = createSecondLock({ threads: 1, queue: 16, timeout: 30_000 });
  const provider = createSamlProvider(samlConfig({ allowUnsolicited: true }), {
    baseUrl: fixtureBase,
    prefix: '/sso',
    flows: memoryFlows(),
    transient: store.transient,
    now: () => fixtureNow,
    log: silentLog,
    secondLock,
  });
  return {
    async post(name, times) {
      const text = readFileSync(new URL(`../fixtures/saml/${name}.xml`, import.meta.url));
      const form = formPost({ SAMLResponse: text.toString('base64') });
      const posts = Array.from({ length: times }, () =>
        ask(provider, form, { session: false, step: 'answer', browser: undefined }),
      );
      const results = await Promise.allSettled(posts);
      return results.map((result) =>
        result.status === 'fulfilled' ? 'accepted' : String((result.reason as { code?: string }).code),
      );
    },
    async stop() {
      await secondLock.close();
      await store.close();
    },
  };
}

/** In another process. */
export async function startSamlProcess(url: string, redisPrefix: string): Promise<SamlProcess> {
  const child = spawn(process.execPath, [fileURLToPath(import.meta.url)], {
    env: { ...process.env, NODE_OPTIONS: '', SAML_PROCESS_URL: url, SAML_PROCESS_PREFIX: redisPrefix },
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const next = async (): Promise<unknown> => JSON.parse(String((await lines.next()).value));
  await next();
  return {
    async post(name, times) {
      child.stdin.write(`${JSON.stringify([name, times])}\n`);
      return (await next()) as readonly string[];
    },
    async stop() {
      child.stdin.end();
      if (child.exitCode === null) await new Promise((resolve) => child.once('exit', resolve));
    },
  };
}

async function serve(url: string, redisPrefix: string): Promise<void> {
  const half = await openSamlHalf(url, redisPrefix);
  const answer = (value: unknown) => process.stdout.write(`${JSON.stringify(value)}\n`);
  answer('ready');
  for await (const line of createInterface({ input: process.stdin })) {
    const [name, times] = JSON.parse(line) as [string, number];
    answer(await half.post(name, times));
  }
  await half.stop();
}

const url = process.env['SAML_PROCESS_URL'];
if (url !== undefined && process.argv[1] === fileURLToPath(import.meta.url)) {
  await serve(url, process.env['SAML_PROCESS_PREFIX'] ?? '');
}
