import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createApp, type App } from '../../../src/app.ts';
import { commandLine } from '../../support/command-line.ts';
import { freePort } from '../../support/redis.ts';

/** `doorward scim …` beside a gateway that is running: another process, as far as the stores know. */
describe('doorward scim', () => {
  let line: ReturnType<typeof commandLine>;
  let app: App;
  let url = '';
  beforeAll(async () => {
    const port = await freePort();
    line = commandLine(`listen: 127.0.0.1:${port}\nops: false\n`);
    writeFileSync(
      join(line.dir, 'providers', 'entra.yaml'),
      'preset: google\nclientId: a\nclientSecret: b\nscim: { match: [subject, userName], groupsFrom: both }\n',
    );
    app = await createApp(await line.config());
    await app.start();
    url = `${app.address()}/scim`;
  });
  afterAll(async () => {
    await app.stop();
    line.cleanUp();
  });

  const ask = (token: string, path: string, init: RequestInit = {}) =>
    fetch(`${url}/v2${path}`, {
      ...init,
      headers: { authorization: `Bearer ${token}`, ...(init.headers as object) },
    });

  it('makes a token that is shown once and opens the provider’s own SCIM', async () => {
    const made = await line.run(
      'scim',
      'token',
      'create',
      'entra',
      '--name',
      'Entra, production',
      '--expires',
      '90d',
    );
    expect(made).toMatchObject({ code: 0, err: '' });
    expect(made.out).toContain('This is shown once');
    expect(made.out).toContain('/scim/v2');
    const token = /token\s+(\S+)/.exec(made.out)?.[1] ?? '';
    expect((await ask(token, '/Users')).status).toBe(200);
    const listed = await line.run('scim', 'token', 'list', 'entra', '--json');
    expect(listed.out).not.toContain(token);
    expect(JSON.parse(listed.out)).toMatchObject([
      { provider: 'entra', name: 'Entra, production', state: 'valid', kind: 'bearer' },
    ]);
    expect((await line.run('scim', 'token', 'list')).out).toContain('Entra, production');

    const { id } = JSON.parse(listed.out)[0];
    expect(await line.run('scim', 'token', 'revoke', id)).toMatchObject({
      code: 0,
      out: `The token ${id} is revoked.\n`,
    });
    expect((await ask(token, '/Users')).status).toBe(401);
    expect((await line.run('scim', 'token', 'revoke', id)).out).toContain('revoked before');
    expect((await line.run('scim', 'token', 'revoke', 'nothing')).code).toBe(1);
  });

  it('tells of a token that ends soon, in the list', async () => {
    const { id } = JSON.parse(
      (await line.run('scim', 'token', 'create', 'entra', '--name', 'short', '--expires', '10d', '--json'))
        .out,
    );
    const listed = await line.run('scim', 'token', 'list', 'entra');
    expect(listed.out).toMatch(/short\s+valid, ends soon/);
    expect(listed.err).toContain(`${id} (short) ends within 14 days`);
    const rows = JSON.parse((await line.run('scim', 'token', 'list', 'entra', '--json')).out);
    expect(rows.find((row: { id: string }) => row.id === id)).toMatchObject({ endsWithinDays: 14 });
    await line.run('scim', 'token', 'revoke', id);
    expect((await line.run('scim', 'token', 'list', 'entra')).err).toBe('');
  });

  it('makes an OAuth client whose id and secret are exchanged for a token', async () => {
    const made = JSON.parse(
      (await line.run('scim', 'token', 'create', 'entra', '--name', 'gallery', '--oauth', '--json')).out,
    );
    expect(made.tokenUrl).toBe('http://localhost:4180/scim/oauth/token');
    const answer = await fetch(`${url}/oauth/token`, {
      method: 'POST',
      body: new URLSearchParams({
        grant_type: 'client_credentials',
        client_id: made.clientId,
        client_secret: made.clientSecret,
      }),
    });
    const { access_token: access } = (await answer.json()) as { access_token: string };
    expect((await ask(access, '/Groups')).status).toBe(200);
  });

  it('says what is wrong with what was typed, and what would be right', async () => {
    expect(await line.run('scim', 'token', 'create', 'entre', '--name', 'x')).toMatchObject({
      code: 2,
      err: expect.stringContaining('Did you mean "entra"?'),
    });
    expect((await line.run('scim', 'token', 'create', 'okta', '--name', 'x')).err).toContain('scim: {}');
    expect((await line.run('scim', 'token', 'create', 'entra')).err).toContain('--name');
    expect(
      (await line.run('scim', 'token', 'create', 'entra', '--name', 'x', '--expires', 'soon')).err,
    ).toContain('90d');
    expect((await line.run('scim', 'token')).err).toContain('scim token create');
  });

  it('shows how provisioning goes', async () => {
    const made = JSON.parse(
      (await line.run('scim', 'token', 'create', 'entra', '--name', 'status', '--json')).out,
    );
    const post = () =>
      ask(made.token, '/Users', {
        method: 'POST',
        body: JSON.stringify({ userName: 'ann@acme.example' }),
        headers: { 'content-type': 'application/scim+json' },
      });
    expect([(await post()).status, (await post()).status]).toEqual([201, 409]);
    let status = { requests: 0 };
    // What the server has counted is written down every few seconds.
    for (let tries = 0; tries < 80 && status.requests < 2; tries += 1) {
      await new Promise((resolve) => setTimeout(resolve, 100));
      status = JSON.parse((await line.run('scim', 'status', 'entra', '--json')).out)[0];
    }
    expect(status).toMatchObject({
      provider: 'entra',
      users: 1,
      errors: { '409 uniqueness': 1 },
      lastRefused: { why: 'A user with this userName exists.' },
      neverSignedIn: { total: 1, people: [{ userName: 'ann@acme.example' }] },
    });
    const shown = await line.run('scim', 'status');
    expect(shown.out).toMatch(/provisioned but never matched\s+1 \(ann@acme\.example\)/);
    expect(shown.out).toMatch(/last refused\s+\S+: A user with this userName exists\./);
  });
});
