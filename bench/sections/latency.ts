import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { fileURLToPath } from 'node:url';
import { createSamlIdp } from '../../test/support/saml-idp.ts';
import { fixtureIdp } from '../../test/support/saml-provider.ts';
import { contest, described, type Section } from '../kit.ts';
import type { PacedJob, PacedReading } from '../load-paced.ts';
import { median, type Row } from '../rounds.ts';
import type { BenchServer } from '../servers.ts';

const generator = fileURLToPath(new URL('../load-paced.ts', import.meta.url));

/** p99 at half of the gate's peak against the ceiling's at the same rate; the same while large SAML logins come in. */
export const latency: Section = {
  name: 'latency',
  async run(kit) {
    const gateway = await kit.gateway({ store: 'sqlite', sessions: 1, cookies: 1, saml: true });
    const bare = await kit.bare(gateway);
    kit.say('finding the peak …\n');
    const { target } = contest('', gateway, gateway.cookies);
    await kit.load.measure(target, 2);
    const peaks = [];
    for (let round = 0; round < 3; round += 1)
      peaks.push((await kit.load.measure(target, 1)).requestsPerSecond);
    const rate = Math.round(median(peaks) / 2);
    const seconds = Math.max(4, kit.options.seconds);
    const logins = await signedLogins(gateway, (kit.options.rounds + 1) * seconds);

    const kinds = ['ceiling', 'gate', 'logins'] as const;
    const readings: Record<(typeof kinds)[number], PacedReading[]> = { ceiling: [], gate: [], logins: [] };
    for (let round = 0; round <= kit.options.rounds; round += 1) {
      kit.say(round === 0 ? 'warming up …\n' : `round ${round} of ${kit.options.rounds} …\n`);
      for (const kind of kinds) {
        const server = kind === 'ceiling' ? bare : gateway;
        const posting = kind === 'logins' ? postOneASecond(gateway, logins, seconds) : undefined;
        const reading = await paced(server.url, gateway.cookies[0] ?? '', rate, seconds);
        await posting;
        if (round > 0) readings[kind].push(reading);
      }
    }
    const at = `at ${rate.toLocaleString('en')} requests/s (half of peak)`;
    return [
      row(`bare node:http ${at}`, readings.ceiling),
      row(`p99 of verify ${at}, against the ceiling’s`, readings.gate, readings.ceiling),
      row(
        `the same while SAML logins with 1,000 groups come in, one a second`,
        readings.logins,
        readings.ceiling,
      ),
    ];
  },
};

async function paced(url: string, cookie: string, rate: number, seconds: number): Promise<PacedReading> {
  const headers = [...described, `Cookie: ${cookie}`];
  const job: PacedJob = { url, headers, rate, seconds, connections: 32 };
  const { stdout } = await promisify(execFile)(process.execPath, [generator, JSON.stringify(job)]);
  return JSON.parse(stdout) as PacedReading;
}

/** Here a ratio is of p99s: less is better. */
function row(name: string, own: readonly PacedReading[], ceiling?: readonly PacedReading[]): Row {
  const of = (field: 'p50' | 'p99'): number => median(own.map((reading) => reading[field]));
  const plain = { name, p50: of('p50'), p99: of('p99'), rounds: own.length };
  if (ceiling === undefined) return plain;
  const ratios = own.map((reading, round) => reading.p99 / (ceiling[round]?.p99 ?? Number.NaN));
  const rounded = (value: number): number => Math.round(value * 1000) / 1000;
  return {
    ...plain,
    ratio: rounded(median(ratios)),
    lowest: rounded(Math.min(...ratios)),
    highest: rounded(Math.max(...ratios)),
  };
}

/** Signed before anything is measured: the identity provider's work is not the gateway's. */
async function signedLogins(gateway: BenchServer, count: number): Promise<URLSearchParams[]> {
  const origin = new URL(gateway.url).origin;
  const spMetadata = await (await fetch(`${origin}/sso/metadata/okta`)).text();
  const hour = 3_600_000;
  const idp = createSamlIdp({ entityId: fixtureIdp, ssoUrl: 'https://idp.acme.example/sso', spMetadata });
  const groups = Array.from({ length: 1000 }, (_, index) => `group ${index} of the company`);
  const asked = {
    id: '',
    relayState: '',
    acsUrl: `${origin}/sso/acs/okta`,
    audience: `${origin}/sso/metadata/okta`,
    forceAuthn: false,
  };
  const until = new Date(Date.now() + hour).toISOString();
  const forms: URLSearchParams[] = [];
  for (let index = 0; index < count; index += 1) {
    const user = {
      nameId: `person-${index}@acme.example`,
      attributes: [
        { name: 'email', values: [`person-${index}@acme.example`] },
        { name: 'groups', values: groups },
      ],
    };
    const { SAMLResponse } = await idp.login(asked, user, { notOnOrAfter: until, confirmedUntil: until });
    forms.push(new URLSearchParams({ SAMLResponse }));
  }
  return forms;
}

async function postOneASecond(
  gateway: BenchServer,
  logins: URLSearchParams[],
  seconds: number,
): Promise<void> {
  const acs = new URL('/sso/acs/okta', gateway.url);
  const posts: Promise<void>[] = [];
  for (let second = 0; second < seconds; second += 1) {
    posts.push(post(acs, logins.pop()));
    await new Promise((resolve) => setTimeout(resolve, 1000));
  }
  await Promise.all(posts);
}

async function post(acs: URL, body: URLSearchParams | undefined): Promise<void> {
  const answer = await fetch(acs, { method: 'POST', body: body ?? '', redirect: 'manual' });
  if (answer.status >= 400) throw new Error(`a login ended with ${answer.status}: ${await answer.text()}`);
  await answer.body?.cancel();
}
