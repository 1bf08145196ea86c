import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { Failure } from '../../../src/identity/index.ts';
import { type Site, TestBrowser, ann, startSite } from '../../support/web-site.ts';

let site: Site;
let browser: TestBrowser;

beforeEach(async () => {
  site = await startSite();
  browser = new TestBrowser(site.baseUrl);
});
afterEach(() => site.close());

describe('the trace of a sign-in', () => {
  it('that succeeded tells who came, on what way', async () => {
    await browser.login('/sso/login/entra?rd=%2Freports');
    expect(site.traces).toMatchObject([
      {
        provider: 'entra',
        outcome: 'admitted',
        userId: ann.id,
        userName: 'ann@acme.example',
        trace: { returnTo: '/reports', identity: { subject: 'ann', groups: ['engineers'] } },
      },
    ]);
    expect(JSON.stringify(site.traces)).not.toContain('secret-id-token');
  });

  it('that was refused tells what was seen, under the number that the person was given', async () => {
    site.state.outcome = { kind: 'refused', reason: 'required_group', user: undefined };
    const page = await (await browser.login()).text();
    const [trace] = site.traces;
    expect(page).toContain(trace?.reference);
    expect(trace).toMatchObject({ outcome: 'refused', why: 'required_group', userName: 'ann@acme.example' });
    expect(trace?.trace.identity).toMatchObject({ issuer: 'https://idp.example' });
  });

  it('that failed tells the private cause', async () => {
    site.entra.answer = { throws: new Failure('login_rejected', { detail: 'saml.audience' }) };
    await browser.login();
    expect(site.traces).toMatchObject([
      { outcome: 'failed', why: 'login_rejected', trace: { detail: 'saml.audience', identity: undefined } },
    ]);
  });
});
