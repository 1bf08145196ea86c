import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { SamlProviderConfig } from '../../../src/config/index.ts';
import type { FailureCode } from '../../../src/identity/index.ts';
import { fixtureNow, fixtureRequestId, samlConfig } from '../../support/saml-provider.ts';
import { samlKey } from '../../support/saml-keys.ts';
import { removeConfigs } from '../../support/config-files.ts';
import { cases } from '../saml/cases.ts';
import { readDocument, type Case } from '../saml/judge.ts';
import { ask, browserCookie, form, type Reply, sessionCookie } from './browser.ts';
import { type Gateway, hostileConfig, kinds, openPlace, type Place, startGateway } from './gateway.ts';
import { checkRefused, createPages, referenceOn } from './refused.ts';
import { forgetReplays } from './standing.ts';

/**
 * Refused for another reason than the provider's room alone would give: before the request gets there, or because the
 * whole gateway always has a key of its own, for which that assertion was not encrypted.
 */
const otherwise = new Map<string, readonly [code: FailureCode, detail: string]>([
  ['a form of another type', ['unsupported_media_type', 'web.acs_type']],
  ['a JSON body', ['unsupported_media_type', 'web.acs_type']],
  ['two responses in one form', ['bad_request', 'web.acs_form']],
  ['an object in place of the response', ['bad_request', 'web.acs_form']],
  ['two relay states in one form', ['bad_request', 'web.acs_form']],
  ['a logout request at the address for logins', ['bad_request', 'web.acs_form']],
  ['the answer comes in another browser', ['login_state_unknown', 'flow.unknown']],
  ['the answer comes without the cookie', ['login_state_unknown', 'flow.no_browser']],
  ['the login was never begun', ['login_state_unknown', 'flow.unknown']],
  ['encrypted for us although we have no key', ['login_rejected', 'saml.decryption']],
]);

/** Correlation values: one browser that signed in so often for one page would be stopped as a loop. */
let browsers = 0;
const newBrowser = (): string => String((browsers += 1)).padStart(43, 'b');
const another = 'c'.repeat(43);

/** Posts what the case says to the ACS of a login that this browser has begun. */
async function post(gateway: Gateway, one: Case, id: string): Promise<Reply> {
  const browser = newBrowser();
  const key = await gateway.begin({ provider: id, requestId: fixtureRequestId }, browser);
  const text = typeof one.document === 'string' ? readDocument(one.document) : one.document();
  const { method = 'POST', type, fields = {}, raw = false } = one.post ?? {};
  const cookie = one.post === undefined || !('browser' in one.post) ? browser : one.post.browser && another;
  const given = Object.fromEntries(
    Object.entries(fields).map(([name, value]) => [
      name,
      Array.isArray(value) && name === 'RelayState' ? [key, key] : value,
    ]),
  );
  const sent = form(
    { SAMLResponse: raw ? text : Buffer.from(text, 'utf8').toString('base64'), RelayState: key, ...given },
    {
      ...(cookie !== undefined && { cookie: `${browserCookie}=${cookie}` }),
      ...(type !== undefined && { 'content-type': type }),
    },
  );
  const path = `/sso/acs/${id}`;
  return method === 'GET'
    ? ask(gateway.origin, `${path}?${String(sent.body)}`, { headers: sent.headers ?? {} })
    : ask(gateway.origin, path, sent);
}

/** One gateway for all cases that share a provider's file. */
const groups = [...Map.groupBy(cases, fileOf).values()];

function fileOf({ config = {} }: Case): string {
  return JSON.stringify(config, (_key, value: unknown) => value ?? 'none');
}

describe.each(kinds)('the whole gateway, sessions in %s: hostile SAML', (kind) => {
  let place: Place;
  let config: Awaited<ReturnType<typeof hostileConfig>>;
  beforeAll(async () => {
    place = await openPlace(kind);
    config = await hostileConfig();
  });
  afterAll(async () => {
    removeConfigs();
    await place.close();
  });

  it('the cases play with what the files of an administrator come to', () => {
    const { file: _file, lines: _lines, ...read } = config.providers.find(({ id }) => id === 'okta')!;
    const { file: _path, lines: _places, ...played } = samlConfig({ decryption: samlKey('sp') });
    expect({ ...read, decryption: undefined }).toEqual({ ...played, decryption: undefined });
  });

  it.each([
    ['no', 'the-identity-provider-says-no', 'idp_denied'],
    [
      'no, in a document without a signature',
      'the-identity-provider-says-no-without-a-signature',
      'idp_denied',
    ],
    ['that the account is switched off', 'the-identity-provider-says-deactivated', 'idp_deactivated'],
  ])('23: the identity provider says %s, which leaves nothing behind', async (_what, name, reason) => {
    const gateway = await startGateway({ place, config, now: () => fixtureNow });
    try {
      const before = await gateway.standing();
      const one = { row: 23, sentence: '', document: `valid/${name}`, verdict: 'accepted' } as const;
      const reply = await post(gateway, one, 'okta');
      expect(reply.status).toBe(403);
      expect(reply.setCookies).toEqual([]);
      const [event] = await gateway.audited(referenceOn(reply));
      expect(event).toMatchObject({ type: 'login.refused', reason });
      expect(await gateway.standing()).toEqual(before);
    } finally {
      await gateway.close();
    }
  });

  describe.each(groups.map((group) => [describeConfig(group[0]?.config), group] as const))(
    '%s',
    (_name, group) => {
      const pages = createPages();
      const provider = samlConfig({ decryption: samlKey('sp'), ...group[0]?.config });
      let gateway: Gateway;
      beforeAll(async () => {
        gateway = await startGateway({
          place,
          config,
          now: () => fixtureNow,
          providers: config.providers.map((each) => (each.id === 'okta' ? provider : each)),
        });
        // Somebody is signed in already, where the file lets them: there is something to lose.
        if (group.length > 3)
          await post(
            gateway,
            { row: 0, sentence: '', document: 'valid/both-are-signed', verdict: 'accepted' },
            provider.id,
          );
        await forgetReplays(gateway.config.state);
      });
      afterAll(() => gateway.close());

      it.each(group.map((one) => [one.row, one.sentence, one] as const))(
        '%i: %s',
        async (_row, sentence, one) => {
          const before = await gateway.standing();
          gateway.said.length = 0;
          const reply = await post(gateway, one, provider.id);
          if (one.verdict === 'accepted') {
            expect(reply.status).toBe(303);
            expect(reply.headers.location).toBe('/');
            const cookies = reply.setCookies.filter((line) => line.startsWith(`${sessionCookie}=`));
            expect(cookies).toEqual([
              expect.stringMatching(/; Path=\/; Expires=[^;]+; HttpOnly; Secure; SameSite=Lax$/),
            ]);
            await forgetReplays(gateway.config.state);
            return;
          }
          if (one.post?.method === 'GET') {
            expect(reply.status).toBe(405);
            expect(reply.headers.allow).toBe('POST');
            expect(await gateway.standing()).toEqual(before);
            return;
          }
          const [code, detail] = otherwise.get(sentence) ?? [
            one.verdict.code as FailureCode,
            one.verdict.detail,
          ];
          await checkRefused(gateway, reply, { code, detail, provider: provider.id }, pages);
          expect(await gateway.standing()).toEqual(before);
        },
      );
    },
  );
});

function describeConfig(config: Partial<SamlProviderConfig> | undefined): string {
  const words = Object.entries(config ?? {}).map(([name, value]) =>
    typeof value === 'object'
      ? `${name} of its own${Array.isArray(value) ? ` (${value.join(' ')})` : ''}`
      : `${name} ${String(value)}`,
  );
  return words.length === 0 ? 'the strict default' : words.join(', ');
}
