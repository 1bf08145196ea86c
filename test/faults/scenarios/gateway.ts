import { rmSync, writeFileSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL, fileURLToPath } from 'node:url';
import { execFile, execFileSync } from 'node:child_process';
import { promisify } from 'node:util';
import { signInByBrowser, type SignInOutcome } from '../../support/sign-in.ts';
import type { Scenario } from '../scenario.ts';
import { onStage, type Outcome } from '../stage.ts';
import { onServers, onSmallDisk, onSqlite } from '../topologies.ts';

const clockModule = fileURLToPath(new URL('../../support/shifted-clock.mjs', import.meta.url));

/** The gateway's own processes, clocks, disks and files. */
export const gatewayScenarios: readonly Scenario[] = [
  {
    id: 'gateway-killed',
    title:
      'A gateway is killed (SIGKILL) in the middle of twelve sign-ins, again and again; a second one takes over',
    seen: 'the second gateway goes on without a pause; a sign-in under way is finished there',
    async run(tell) {
      const world = await onServers();
      const [victim, other] = world.fleet.gateways;
      if (!victim || !other) throw new Error('two gateways are needed');
      const finished: SignInOutcome[] = [];
      try {
        const outcome = await onStage(
          world.fleet,
          { scimToken: world.scimToken, without: [0], tell },
          async (stage) => {
            await stage.fault(() => {});
            for (let round = 0; round < 4; round += 1) {
              let isDead = false;
              const underWay = Array.from({ length: 3 }, () =>
                signInByBrowser(
                  world.fleet.baseUrl,
                  'op',
                  () => (isDead ? other : victim).port,
                  async (url) => {
                    // The browser is at the identity provider: now the gateway that began it dies.
                    if (!url.startsWith(world.op.issuer) || isDead) return;
                    isDead = true;
                    await victim.kill();
                  },
                ),
              );
              finished.push(...(await Promise.all(underWay)));
              await victim.start();
            }
            await stage.over(() => {});
          },
        );
        const admitted = await Promise.all(
          finished.map(async ({ cookie }) => cookie && (await other.verify(cookie)).status),
        );
        return {
          ...outcome,
          signIns: finished,
          wrong: [...outcome.wrong, ...lostSignIns(finished, admitted)],
        };
      } finally {
        await world.stop();
      }
    },
    expect: ({ signIns }) =>
      signIns.filter(({ cookie }) => cookie !== undefined).length >= 10
        ? []
        : [`of 12 sign-ins under way only ${signIns.filter(({ cookie }) => cookie).length} were finished`],
  },
  {
    id: 'gateway-alone',
    title:
      'The only gateway, with SQLite, is killed (SIGKILL) under writes, three times, and started again after a second',
    seen: 'no answer until it is there again (at a proxy: 502 or 504); then everybody is signed in as before',
    async run(tell) {
      const world = await onSqlite();
      const [gateway] = world.fleet.gateways;
      if (!gateway) throw new Error('no gateway');
      try {
        const options = { provider: 'op', scimToken: world.scimToken, tell };
        return await onStage(world.fleet, options, async (stage) => {
          await stage.fault(() => gateway.kill());
          for (let round = 0; round < 2; round += 1) {
            await stage.steady(1_000);
            await gateway.start();
            await stage.steady(500);
            await gateway.kill();
          }
          await stage.steady(1_000);
          await stage.over(() => gateway.start());
        });
      } finally {
        await world.stop();
      }
    },
  },
  clock({
    id: 'clock-set',
    title: 'The clock of one gateway jumps 20 min ahead, then 40 min back, then is right again',
    seen: 'nothing for those who are signed in; a sign-in that this gateway finishes while it is behind gets a page (ID token from the future)',
    offsets: [20 * 60_000, -20 * 60_000],
    expect: ({ statuses }) =>
      Object.keys(statuses).join() === '202' ? [] : [`not everybody was let in: ${JSON.stringify(statuses)}`],
  }),
  clock({
    id: 'clock-years',
    title: 'The clock of one gateway jumps a year ahead, and is right again after 3 s',
    seen: 'that gateway takes every session for expired (401) while it lasts; nobody is signed out by it, anywhere',
    offsets: [365 * 24 * 3_600_000],
    excuse: (gateway, status) => gateway === 0 && status === 401,
  }),
  {
    id: 'disk-full',
    title: 'The disk of the SQLite files is full for 4 s',
    seen: 'those who are signed in notice nothing; sign-ins and changes fail with a page that says so',
    async run(tell) {
      const world = await onSmallDisk(24);
      const ballast = join(world.disk, 'ballast');
      try {
        return await onStage(
          world.fleet,
          { provider: 'op', scimToken: world.scimToken, tell },
          async (stage) => {
            await stage.fault(() => fillUp(ballast));
            await stage.steady(4_000);
            await stage.over(() => rmSync(ballast));
          },
        );
      } finally {
        await world.stop();
      }
    },
    expect: ({ failedWrites }) => (failedWrites > 0 ? [] : ['no write failed: the disk was not full']),
  },
  {
    id: 'config-broken',
    title:
      'A mistake is written into the configuration of a gateway that runs, and a new process is started with it',
    seen: 'nothing: what was in force stays, the mistake is in the log; the new process says what is wrong and ends',
    async run(tell) {
      const world = await onServers();
      const [gateway] = world.fleet.gateways;
      if (!gateway) throw new Error('no gateway');
      const file = join(gateway.configDir, 'gateway.yaml');
      const whole = readFileSync(file, 'utf8');
      const problems: string[] = [];
      try {
        const outcome = await onStage(
          world.fleet,
          { provider: 'op', scimToken: world.scimToken, tell },
          async (stage) => {
            await stage.fault(() => writeFileSync(file, `${whole}\nsesion: { idle: never }\n`));
            await stage.steady(2_500);
            if (!gateway.log().includes('mistakes in the configuration'))
              problems.push('the mistake is not in the log');
            problems.push(...(await startsWith(gateway.configDir)));
            await stage.over(() => writeFileSync(file, whole));
          },
        );
        return { ...outcome, wrong: [...outcome.wrong, ...problems] };
      } finally {
        await world.stop();
      }
    },
    expect: ({ statuses }) =>
      Object.keys(statuses).join() === '202' ? [] : [`not everybody was let in: ${JSON.stringify(statuses)}`],
  },
];

/** The clock of the first gateway's process, set with a module that is loaded into it. */
function clock({
  offsets,
  excuse,
  ...about
}: Omit<Scenario, 'run'> & {
  readonly offsets: readonly number[];
  readonly excuse?: (gateway: number, status: number) => boolean;
}): Scenario {
  return {
    ...about,
    async run(tell) {
      const file = join(tmpdir(), `doorward-clock-${process.pid}`);
      process.env['SHIFTED_CLOCK'] = file;
      writeFileSync(file, '0');
      const nodeArgs = (index: number) => (index === 0 ? ['--import', pathToFileURL(clockModule).href] : []);
      const world = await onServers(nodeArgs);
      const options = { provider: 'op', scimToken: world.scimToken, tell, ...(excuse && { excuse }) };
      try {
        return await onStage(world.fleet, options, async (stage) => {
          for (const [index, offset] of offsets.entries()) {
            const set = () => writeFileSync(file, String(offset));
            if (index === 0) await stage.fault(set);
            else set();
            await stage.steady(index === offsets.length - 1 ? 3_000 : 2_000);
          }
          await stage.over(() => writeFileSync(file, '0'));
        });
      } finally {
        await world.stop();
        rmSync(file, { force: true });
        delete process.env['SHIFTED_CLOCK'];
      }
    },
  };
}

/** A sign-in that ended with a session is acknowledged: the session must be good. */
function lostSignIns(
  finished: Outcome['signIns'],
  statuses: readonly (number | string | undefined)[],
): string[] {
  return finished
    .filter(({ cookie }, index) => cookie !== undefined && statuses[index] !== 202)
    .map(({ status }) => `a finished sign-in (${status}) has no session`);
}

function fillUp(path: string): void {
  try {
    execFileSync('dd', ['if=/dev/zero', `of=${path}`, 'bs=64k'], { stdio: 'ignore' });
  } catch {
    // It ends when the disk is full: that is what it is for.
  }
}

/** What a new process with this configuration fails to do: say what is wrong, and end. */
async function startsWith(configDir: string): Promise<string[]> {
  const main = fileURLToPath(new URL('../../../src/main.ts', import.meta.url));
  try {
    await promisify(execFile)(process.execPath, [main, 'serve', '--config', configDir], { timeout: 20_000 });
    return ['a gateway started with a broken configuration'];
  } catch (error) {
    const { code, stderr } = error as { code?: number | string; stderr?: string };
    const said = String(stderr);
    return code === 2 && said.includes('sesion') && said.includes('session')
      ? []
      : [`a broken configuration ended with ${code}: ${said}`];
  }
}
