import { keySetEndpoint } from '../../src/gate/index.ts';
import { testSigner } from './assertion-signer.ts';
import { listening, stopped } from './http-exchange.ts';

/** A gateway as far as applications see it when they check an assertion: its key set, and tokens signed with its keys. */
export async function assertionWorld() {
  const signer = await testSigner(Date.now);
  const state = { down: false, asked: 0 };
  const handle = keySetEndpoint(
    () => signer.keySet(),
    () => 'REF',
  );
  const { server, port } = await listening((req, res) => {
    state.asked += 1;
    if (state.down || !handle(req, res)) res.writeHead(500).end();
  });
  const issuer = `http://127.0.0.1:${port}`;
  const at = Math.floor(Date.now() / 1000);
  const good = {
    iss: issuer,
    aud: 'catalog',
    sub: '01890a5d-ac96-774b-bcce-b302099a8057',
    preferred_username: 'lukasz',
    name: 'Łukasz Müller',
    email: 'lukasz@acme.example',
    email_verified: true,
    groups: ['stewards', 'a,b'],
    role: 'guest',
    sid: 'abc',
    iat: at,
    exp: at + 300,
  };
  const sign = (claims: object = {}): string => signer.sign({ ...good, ...claims }) ?? '';
  const stranger = await testSigner(Date.now);
  const [header, , signature] = sign().split('.');
  const part = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url');
  /** None of these may be believed. */
  const bad: Readonly<Record<string, string>> = {
    'for another application': sign({ aud: 'lake' }),
    'of another issuer': sign({ iss: 'https://evil.example' }),
    'that has ended': sign({ iat: at - 900, exp: at - 600 }),
    'without an end': sign({ exp: undefined }),
    'signed by somebody else': stranger.sign(good) ?? '',
    'that was tampered with': [header, part({ ...good, role: 'admin' }), signature].join('.'),
    'that is not signed': `${part({ alg: 'none', typ: 'JWT' })}.${part(good)}.`,
    'that is empty': '',
    'that is nonsense': 'x.y.z',
  };
  return { issuer, sign, bad, good, state, signer, close: () => stopped(server) };
}

/** The fenced block of a language in docs/assertion.md, with this issuer in place of the one printed there. */
export function snippetOf(markdown: string, language: string, issuer: string): string {
  const found = new RegExp(`^\`\`\`${language}\\n([^]*?)^\`\`\`$`, 'm').exec(markdown)?.[1];
  if (found === undefined) throw new Error(`no snippet in ${language}`);
  return found.replaceAll('https://sso.acme.example', issuer);
}
