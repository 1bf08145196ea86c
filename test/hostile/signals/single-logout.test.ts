import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { oidcConfig } from '../../support/oidc-rp.ts';
import { startRedis, type TestRedis } from '../../support/redis.ts';
import { emailFormat } from '../../support/saml-document.ts';
import { samlKey } from '../../support/saml-keys.ts';
import { fixtureIdp, samlConfig } from '../../support/saml-provider.ts';
import { type Residents, startSignalsBench, type SignalsBench } from './bench.ts';
import { goodRequest, type Sent, singleLogoutCases } from './single-logout-cases.ts';

const inline = (entityId: string, key: 'idp' | 'idp-next') => ({
  from: 'inline' as const,
  entityId,
  ssoUrl: `${entityId}/sso`,
  sloUrl: `${entityId}/slo`,
  certificates: [samlKey(key).certificatePem],
});
const ofAnn = (sessionIndex: string) => ({
  sessionIndex,
  nameId: { value: 'ann@acme.example', format: emailFormat, nameQualifier: fixtureIdp },
});

const saml: Residents = {
  providers: (op) => [
    samlConfig({ id: 'okta', idp: inline(fixtureIdp, 'idp'), signing: samlKey('sp') }),
    samlConfig({ id: 'adfs', idp: inline('https://adfs.acme.example', 'idp-next'), signing: samlKey('sp') }),
    oidcConfig({ issuer: op.issuer }),
  ],
  sessions: () => ({
    ann: { provider: 'okta', issuer: fixtureIdp, idp: ofAnn('_session-of-ann') },
    'ann at another computer': { provider: 'okta', issuer: fixtureIdp, idp: ofAnn('_second-of-ann') },
    bob: {
      userId: 'user-bob',
      subject: 'bob',
      provider: 'okta',
      issuer: fixtureIdp,
      idp: { sessionIndex: '_session-of-bob', nameId: { value: 'bob@acme.example', format: emailFormat } },
    },
    'ann by another provider': {
      provider: 'adfs',
      issuer: 'https://adfs.acme.example',
      idp: { sessionIndex: '_session-of-ann', nameId: { value: 'ann@acme.example', format: emailFormat } },
    },
  }),
};

describe.each(['SQLite', 'Redis'])('SAML single logout, with the sessions in %s', (kind) => {
  let bench: SignalsBench;
  let redis: TestRedis | undefined;
  beforeAll(async () => {
    redis = kind === 'Redis' ? await startRedis() : undefined;
    bench = await startSignalsBench(redis?.url, saml);
  });
  afterAll(async () => {
    await bench.close();
    await redis?.stop();
  });

  const send = async (sent: Sent): Promise<Response> => {
    const path = sent.path ?? '/sso/slo/okta';
    const init =
      'form' in sent
        ? { method: 'POST', body: new URLSearchParams(sent.form.map(([name, value]) => [name, value])) }
        : {};
    const url = 'form' in sent ? `${bench.baseUrl}${path}` : `${bench.baseUrl}${path}?${sent.query}`;
    return fetch(url, { ...init, redirect: 'manual' });
  };

  it.each(singleLogoutCases.map((one) => [one.row, one.sentence, one] as const))(
    '%i: %s',
    async (_row, _sentence, one) => {
      await bench.reset();
      const messages = await one.send(goodRequest(bench.baseUrl), bench);
      const list = Array.isArray(messages) ? (messages as readonly Sent[]) : [messages as Sent];
      const answers: Response[] = [];
      if (one.atOnce === true) answers.push(...(await Promise.all(list.map(send))));
      else {
        for (const [index, message] of list.entries()) {
          if (index > 0) await one.between?.(bench);
          answers.push(await send(message));
        }
      }
      const statuses = answers.map(({ status }) => status).sort((a, b) => (one.atOnce === true ? a - b : 0));
      expect({ status: list.length === 1 ? statuses[0] : statuses, living: await bench.living() }).toEqual(
        one.expected,
      );
      for (const answer of answers) {
        expect(answer.headers.get('cache-control')).toBe('no-store');
        const text = await answer.text();
        expect(text).not.toMatch(/acme\.example|_session|signature|saml\./i);
        const location = answer.headers.get('location');
        if (answer.status === 303) expect(location).toMatch(/\/slo\?SAMLResponse=.*&SigAlg=.*&Signature=/);
        else expect(location).toBeNull();
      }
      // One event a session, with the provider as the one who did it.
      const gone = bench.events.filter(({ type }) => type === 'session.ended');
      for (const event of gone) {
        expect(event).toMatchObject({ cause: 'idp_logout', actor: { kind: 'idp', name: event.provider } });
      }
    },
  );
});
