import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { createHash } from 'node:crypto';
import { Failure } from '../../../src/identity/index.ts';
import { createLogger } from '../../../src/telemetry/index.ts';

const jwt = 'eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJhbm4iLCJhdWQiOiJkb29yd2FyZCJ9.c2lnbmF0dXJlLXNpZ25hdHVyZQ';

/** Bytes that look random and are the same in every run. */
function random(length: number): Buffer {
  return createHash('shake256', { outputLength: length }).update('doorward').digest();
}

function logged(write: (log: ReturnType<typeof createLogger>) => void, level: 'debug' | 'warn' = 'debug') {
  const lines: string[] = [];
  const stream = { write: (line: string) => void lines.push(line) };
  write(createLogger({ level, stream, now: () => Date.UTC(2031, 0, 2, 3, 4, 5, 6) }));
  return { text: lines.join(''), lines: lines.map((line) => JSON.parse(line) as Record<string, any>) };
}

describe('a log line', () => {
  it('is one JSON object with level, ISO time, service and message', () => {
    const { text, lines } = logged((log) => log.info({ provider: 'okta', took: 12 }, 'signed in'));
    expect(text).toMatch(/^[^\n]+\n$/);
    expect(lines).toEqual([
      {
        level: 'info',
        time: '2031-01-02T03:04:05.006Z',
        service: 'doorward',
        provider: 'okta',
        took: 12,
        msg: 'signed in',
      },
    ]);
  });

  it('below the level is not written', () => {
    const { lines } = logged((log) => {
      log.debug({}, 'a');
      log.info({}, 'b');
      log.warn({}, 'c');
      log.error({}, 'd');
    }, 'warn');
    expect(lines.map(({ level }) => level)).toEqual(['warn', 'error']);
  });

  it('keeps its own fields, whatever the caller names theirs', () => {
    const { lines } = logged((log) => log.info({ level: 'x', time: 'y', service: 'z', msg: 'w' }, 'real'));
    expect(lines[0]).toMatchObject({ level: 'info', service: 'doorward', msg: 'real' });
  });

  it('tells an error with its code, private detail and causes', () => {
    const cause = new Error('bad audience', { cause: new TypeError('inner') });
    const { lines } = logged((log) =>
      log.warn({ err: new Failure('login_rejected', { detail: 'saml.audience', cause }) }, 'x'),
    );
    expect(lines[0]?.['err']).toMatchObject({
      type: 'Failure',
      code: 'login_rejected',
      detail: 'saml.audience',
      cause: { type: 'Error', message: 'bad audience', cause: { type: 'TypeError', message: 'inner' } },
    });
  });

  it('leaves what is no secret as it is', () => {
    const fields = {
      reference: '7K2M-9QXD',
      userId: '01890a5d-ac96-774b-bcce-b302099a8057',
      path: '/usr/local/lib/Node26/node_modules/doorward/src/sessions/SqliteStore.ts:12',
      issuer: 'https://login.microsoftonline.com/11111111-2222-3333-4444-555555555555/v2.0',
      group: 'Łukasz Müller, a,b',
      code: 'ECONNREFUSED',
      version: '43b59580eb0f',
      name: 'CannotConvertObjectToPrimitiveValueError',
      secretsLoaded: 2,
    };
    expect(logged((log) => log.info(fields, 'x')).lines[0]).toMatchObject(fields);
  });
});

describe('no secret reaches the log:', () => {
  const secret = 'hunter2 is short';
  it.each([
    'authorization',
    'Authorization',
    'proxy-authorization',
    'cookie',
    'set-cookie',
    'Set-Cookie',
    'password',
    'secret',
    'secrets',
    'client_secret',
    'clientSecret',
    'token',
    'access_token',
    'refreshToken',
    'id_token',
    'id_token_hint',
    'code',
    'code_verifier',
    'SAMLResponse',
    'SAMLRequest',
    'assertion',
    'client_assertion',
    'privateKeyPem',
    'X-Doorward-Assertion',
  ])('a value named %s, at any depth', (name) => {
    for (const value of [secret, [secret], { inner: secret }]) {
      const { text } = logged((log) =>
        log.info({ [name]: value, a: { [name]: value, b: { [name]: value, c: [{ [name]: value }] } } }, 'x'),
      );
      expect(text).not.toContain('hunter2');
      expect(text).toContain('[masked]');
    }
  });

  it.each([
    ['a JWT', jwt],
    ['a bearer token', 'Bearer c2hvcnQtdG9rZW4'],
    ['basic credentials', 'Basic YTpi'.padEnd(20, 'c')],
    ['random base64url', random(32).toString('base64url')],
    ['random base64', random(600).toString('base64')],
    ['random hex', random(32).toString('hex')],
    [
      'a SAML message in base64',
      Buffer.from('<samlp:Response ID="x"><saml:Assertion>Ann</saml:Assertion></samlp:Response>').toString(
        'base64',
      ),
    ],
    [
      'a SAML message',
      '<saml2p:Response ID="secret"><saml2:Assertion>Ann</saml2:Assertion></saml2p:Response>',
    ],
    ['a private key', '-----BEGIN PRIVATE KEY-----\nMIIEvQ\nabc\n-----END PRIVATE KEY-----'],
  ])('%s in a field, a message, an error, its cause or its stack', (_, value) => {
    const text = `before ${value} after`;
    const error = new Error(text, { cause: new AggregateError([new Error(text)], text) });
    const written = logged((log) =>
      log.error({ text, list: [text], err: error, map: new Map([['k', text]]) }, text),
    ).text;
    const kept = value.split(/\s+/).at(-1) ?? value;
    expect(written).not.toContain(value.replaceAll('\n', '\\n'));
    expect(written).not.toContain(kept.length > 6 ? kept : value);
    expect(written).toContain('before');
  });

  it('the query of a callback and the password of an address', () => {
    const { text } = logged((log) =>
      log.info(
        { url: '/sso/callback/okta?code=abc-def&state=ghi&x=1', store: 'redis://user:pass-word@cache:6379' },
        'POST SAMLResponse=PHNh&RelayState=xyz',
      ),
    );
    for (const part of ['abc-def', 'ghi', 'pass-word', 'PHNh', 'xyz']) expect(text).not.toContain(part);
    expect(text).toContain('x=1');
    expect(text).toContain('redis://user:[masked]@cache:6379');
  });

  it('what a library hangs on its errors', () => {
    const error = Object.assign(new Error('failed'), {
      response: { body: jwt, headers: { cookie: secret } },
      config: secret,
    });
    const { text } = logged((log) => log.error({ err: error }, 'x'));
    expect(text).not.toContain('hunter2');
    expect(text).not.toContain(jwt);
  });
});

describe('whatever is logged', () => {
  it('nothing is thrown and each line is JSON', () => {
    fc.assert(
      fc.property(
        fc.dictionary(
          fc.string(),
          fc.anything({
            withBigInt: true,
            withDate: true,
            withMap: true,
            withSet: true,
            withTypedArray: true,
            withNullPrototype: true,
          }),
        ),
        fc.string(),
        (fields, message) => {
          const { lines } = logged((log) => log.info(fields, message));
          expect(lines).toHaveLength(1);
        },
      ),
      { numRuns: 300 },
    );
  });

  it('circles, getters that throw and endless depth do no harm', () => {
    const circle: Record<string, unknown> = {};
    circle['self'] = circle;
    let deep: Record<string, unknown> = {};
    for (let level = 0; level < 10_000; level += 1) deep = { deep };
    const hostile = {
      get boom() {
        throw new Error('boom');
      },
    };
    const error = new Error('x');
    error.cause = error;
    const { lines } = logged((log) => log.info({ circle, deep, hostile, error, bytes: random(9) }, 'x'));
    expect(lines[0]).toMatchObject({ circle: { self: '[circular]' }, bytes: '[bytes]' });
  });
});
