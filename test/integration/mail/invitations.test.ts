import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { commandLine } from '../../support/command-line.ts';
import { startConsole } from '../../support/console-world.ts';
import { readLetter, startMailServer } from '../../support/mail-server.ts';
import { freePort } from '../../support/redis.ts';

let mail: Awaited<ReturnType<typeof startMailServer>>;
let line: ReturnType<typeof commandLine>;

const section = (port: number, more = ''): string =>
  `contact: help@acme.example\nmail: { url: "smtp://127.0.0.1:${port}", from: "Catalog <no-reply@acme.example>"${more} }\n`;

beforeEach(async () => {
  mail = await startMailServer();
  line = commandLine(section(mail.port));
});
afterEach(async () => {
  line.cleanUp();
  await mail.close();
});

const add = (...more: string[]) =>
  line.run('users', 'add', '--email', 'zoe@acme.example', '--name', 'Zoë „Z“ <b>', '--invite', ...more);

describe('doorward users add --invite', () => {
  it('writes to the person, with the address of the login page and nothing that lets anybody in', async () => {
    const { code, out } = await add('--group', 'stewards');
    expect([code, out]).toEqual([0, expect.stringContaining('on its way to zoe@acme.example')]);
    const [letter] = mail.letters;
    if (!letter) throw new Error('no letter');
    expect([letter.from, letter.to]).toEqual(['no-reply@acme.example', ['zoe@acme.example']]);
    const { subject, to, text, html } = readLetter(letter);
    expect(subject).toBe('You can sign in to Doorward');
    expect(to).toContain('zoe@acme.example');
    expect(text).toContain('Hello Zoë „Z“ <b>,');
    expect(text).toMatch(/^http:\/\/localhost:4180\/sso\/login\r?$/m);
    expect(text).toContain('help@acme.example');
    expect(html).toContain('Hello Zoë „Z“ &lt;b&gt;,');
    expect(html).not.toContain('<b>');
    for (const [url] of [...text.matchAll(/https?:\S+/g), ...html.matchAll(/https?:[^\s"<]+/g)])
      expect(url).toBe('http://localhost:4180/sso/login');
    const [event] = await line.stores(({ directory }) => directory.read({ type: 'user.invited' }));
    expect(event?.event).toMatchObject({ userName: 'zoe@acme.example', actor: { kind: 'command' } });
  });

  it.each([
    ['de', 'Sie können sich bei Doorward anmelden', 'lang="de" dir="ltr"'],
    ['fr', 'Vous pouvez vous connecter à Doorward', 'lang="fr"'],
    ['es', 'Ya puede iniciar sesión en Doorward', 'lang="es"'],
    ['ja', 'Doorward にサインインできるようになりました', 'lang="ja"'],
    ['ar', 'يمكنك الآن تسجيل الدخول إلى Doorward', 'lang="ar" dir="rtl"'],
  ])('writes in the language %s', async (tag, subject, html) => {
    await add('--language', tag);
    const [letter] = mail.letters;
    if (!letter) throw new Error('no letter');
    const read = readLetter(letter);
    expect(read.subject).toBe(subject);
    expect(read.html).toContain(html);
  });

  it('keeps the person when the mail server is down, says so, and can invite them again', async () => {
    await mail.close();
    const { code, out, err } = await add();
    expect(code).toBe(3);
    expect(out).toContain('is added');
    expect(err).toContain('ECONNREFUSED');
    expect(err).toContain('doorward users invite zoe@acme.example');
    const [failed] = await line.stores(({ directory }) => directory.read({ type: 'user.invitation_failed' }));
    expect(failed?.event).toMatchObject({ cause: expect.stringContaining('ECONNREFUSED') });

    mail = await startMailServer();
    const file = join(line.dir, 'gateway.yaml');
    writeFileSync(file, readFileSync(file, 'utf8').replace(/127\.0\.0\.1:\d+/, `127.0.0.1:${mail.port}`));
    const again = await line.run('users', 'invite', 'zoe@acme.example', '--json');
    expect([again.code, JSON.parse(again.out)]).toMatchObject([0, { invitation: 'sent' }]);
    expect(mail.letters).toHaveLength(1);
  });

  it('tells what the mail server said, and no password', async () => {
    mail.state.refuse = 'mailbox is not of this world';
    const { code, err } = await add();
    expect([code, err]).toEqual([3, expect.stringContaining('mailbox is not of this world')]);
    line.cleanUp();
    line = commandLine(section(mail.port, ', user: doorward, password: wrong-and-secret'));
    const signedOut = await add();
    expect(signedOut.code).toBe(3);
    expect(signedOut.err).toContain('Invalid username or password');
    expect(signedOut.out + signedOut.err).not.toContain('wrong-and-secret');
  });

  it('signs in at the mail server', async () => {
    line.cleanUp();
    line = commandLine(section(mail.port, ', user: doorward, password: right'));
    expect((await add()).code).toBe(0);
    expect(mail.letters[0]?.user).toBe('doorward');
  });

  it('is bounded for one person, for all, and refused without an address or a mail server', async () => {
    await add();
    for (let count = 0; count < 2; count += 1)
      expect((await line.run('users', 'invite', 'zoe@acme.example')).code).toBe(0);
    const fourth = await line.run('users', 'invite', 'zoe@acme.example');
    expect([fourth.code, fourth.err]).toEqual([1, expect.stringContaining('too many')]);
    expect(mail.letters).toHaveLength(3);
    await line.run('users', 'disable', 'zoe@acme.example');
    expect((await line.run('users', 'invite', 'zoe@acme.example')).err).toContain('switched off');

    await line.run('users', 'add', '--provider', 'okta', '--external-id', '00u1');
    expect((await line.run('users', 'invite', '00u1')).err).toContain('no email address');

    line.cleanUp();
    line = commandLine(section(mail.port, ', maxPerHour: 1'));
    await add();
    await line.run('users', 'add', '--email', 'yann@acme.example');
    expect((await line.run('users', 'invite', 'yann@acme.example')).code).toBe(1);

    line.cleanUp();
    line = commandLine();
    const none = await add();
    expect([none.code, none.err]).toEqual([2, expect.stringContaining('mail: {')]);
    expect((await line.run('users', 'list')).out).not.toContain('zoe');
  });

  it('gives a role by the group that the file has for it, and says when there is none', async () => {
    expect((await add('--role', 'admin')).code).toBe(0);
    const shown = await line.run('users', 'show', 'zoe@acme.example');
    expect(shown.out).toContain('stewards (local)');
    const unknown = await line.run('users', 'add', '--email', 'y@acme.example', '--role', 'emperor');
    expect([unknown.code, unknown.err]).toEqual([2, expect.stringContaining('role.map')]);
  });
});

describe('the console and the API', () => {
  it('invite a person, and say what came of it', async () => {
    const world = await startConsole({
      config: {
        mail: {
          host: '127.0.0.1',
          port: mail.port,
          tls: 'none',
          login: undefined,
          from: { name: undefined, address: 'no-reply@acme.example' },
          language: 'en',
          maxPerHour: 10,
        },
      },
    });
    try {
      const admin = await world.signIn(world.admin);
      const headers = { origin: world.baseUrl, cookie: admin.cookie };
      const api = async (path: string, body: unknown) => {
        const response = await fetch(`${world.baseUrl}/admin/api${path}`, {
          method: 'POST',
          headers: { ...headers, 'content-type': 'application/json', 'x-doorward-token': admin.token },
          body: JSON.stringify(body),
        });
        return (await response.json()) as { id: string; invitation: unknown; result: string };
      };
      const added = await api('/people', { email: 'zoe@acme.example', invite: true, language: 'de' });
      expect(added.invitation).toMatchObject({ result: 'sent' });
      expect((await api(`/people/${added.id}/invite`, {})).result).toBe('sent');

      const page = await fetch(`${world.baseUrl}/admin/people/${added.id}`, { headers });
      expect(await page.text()).toContain('Invite by mail');
      const invite = () =>
        fetch(`${world.baseUrl}/admin/people/${added.id}/invite`, {
          method: 'POST',
          redirect: 'manual',
          headers,
          body: new URLSearchParams({ token: admin.token }),
        });
      expect((await invite()).headers.get('location')).toContain('done=invite-sent');
      expect((await invite()).headers.get('location')).toContain('done=invite-too_many');
      const form = new URLSearchParams({ token: admin.token, email: 'yann@acme.example', invite: '1' });
      const made = await fetch(`${world.baseUrl}/admin/people/new`, {
        method: 'POST',
        redirect: 'manual',
        headers,
        body: form,
      });
      expect(made.headers.get('location')).toContain('done=invite-sent');
      expect(mail.letters.map(({ to }) => to[0])).toEqual([
        'zoe@acme.example',
        'zoe@acme.example',
        'zoe@acme.example',
        'yann@acme.example',
      ]);
      const events = await world.stores.directory.read({ type: 'user.invited' });
      expect(events.every(({ event }) => event.actor.name === world.admin.id)).toBe(true);
      expect((await api('/people/00000000-0000-7000-8000-000000000000/invite', {})) as unknown).toMatchObject(
        {
          error: { code: 'not_found' },
        },
      );
    } finally {
      await world.close();
    }
  });
});

describe('a mail server elsewhere', () => {
  it('is never spoken to without TLS', async () => {
    const { loadConfig } = await import('../../../src/config/index.ts');
    const { createPostman } = await import('../../../src/mail/index.ts');
    line.cleanUp();
    line = commandLine(
      'mail: { url: "smtp://user:p%40ss@mail.acme.example", from: no-reply@acme.example }\n',
    );
    const loaded = await loadConfig(line.dir, { env: {} });
    const config = loaded.ok ? loaded.config.mail : undefined;
    expect(config).toMatchObject({ port: 587, tls: 'starttls' });
    expect(config?.login?.secret).toBe('p@ss');
    expect(JSON.stringify(config)).not.toContain('p@ss');
    if (!config) throw new Error('no mail section');
    // A server that offers no STARTTLS gets neither password nor letter.
    const postman = createPostman({ ...config, host: '127.0.0.1', port: mail.port });
    const letter = { subject: 's', text: 't', html: 'h' };
    await expect(postman.send(letter, { name: undefined, address: 'a@acme.example' })).rejects.toThrow(
      /STARTTLS/i,
    );
    expect(mail.letters).toHaveLength(0);
    const silent = createPostman({ ...config, host: '127.0.0.1', port: await freePort(), tls: 'always' });
    await expect(silent.send(letter, { name: undefined, address: 'a@acme.example' })).rejects.toThrow();
  });
});
