import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { mailLanguages, senderAddress, smtpAddress } from '../../../src/config/schema/mail-keys.ts';
import { createLetters } from '../../../src/mail/index.ts';
import { loadLanguages, viewsDirectory } from '../../../src/web/index.ts';

const languages = loadLanguages(join(viewsDirectory, 'locales'));
const letters = createLetters(join(viewsDirectory, 'mail'));
const about = {
  name: 'Ann',
  brand: 'Catalog',
  url: 'https://sso.acme.example/sso/login',
  provider: 'Okta',
  contact: undefined,
  accent: '#123456',
};

describe('a letter', () => {
  it('is whole in every language there is, by text and by HTML', () => {
    const files = readdirSync(join(viewsDirectory, 'locales')).map((name) => name.replace('.json', ''));
    expect([...mailLanguages].sort()).toEqual(files.sort());
    for (const language of languages.all) {
      const { subject, text, html } = letters.invitation(language, about);
      for (const each of [subject, text, html]) expect(each).not.toMatch(/mail\.|\{\w+\}|undefined/);
      expect(subject).toContain('Catalog');
      for (const body of [text, html]) expect(body).toContain(about.url);
      expect(html).toContain(`dir="${language.direction}"`);
    }
  });

  it('keeps a name on its line, whatever is in it', () => {
    const english = languages.preferred('en');
    const { text, html, subject } = letters.invitation(english, {
      ...about,
      name: 'Ann\r\nBcc: all@acme.example\u2028<script>',
      brand: 'Cat\r\nalog',
    });
    expect(subject).toBe('You can sign in to Cat alog');
    expect(text).toContain('Hello Ann Bcc: all@acme.example <script>,');
    expect(html).not.toContain('<script>');
  });

  it('speaks of nobody by a name that nobody knows, and of no provider where there are several', () => {
    const { text } = letters.invitation(languages.preferred('en'), {
      ...about,
      name: undefined,
      provider: undefined,
    });
    expect(text).toMatch(/^Hello,\n/);
    expect(text).toContain('the account you have at work');
  });
});

describe('addresses in the file', () => {
  it.each([
    ['smtps://mail.acme.example', { port: 465, tls: 'always' }],
    ['smtp://mail.acme.example', { port: 587, tls: 'starttls' }],
    ['smtp://localhost:2525', { port: 2525, tls: 'none' }],
    ['smtp://a%40b:c%2Fd@mail.acme.example:25', { user: 'a@b', password: 'c/d', tls: 'starttls' }],
    ['http://mail.acme.example', undefined],
    ['smtp://mail.acme.example/?tls=no', undefined],
    ['smtp://%zz:a@mail.acme.example', undefined],
    ['mail.acme.example', undefined],
  ])('the mail server %s', (value, expected) => {
    if (expected === undefined) expect(smtpAddress(value)).toBeUndefined();
    else expect(smtpAddress(value)).toMatchObject(expected);
  });

  it.each([
    ['a@b.example', { name: undefined, address: 'a@b.example' }],
    ['Catalog, Inc <a@b.example>', { name: 'Catalog, Inc', address: 'a@b.example' }],
    ['a@b.example, c@d.example', undefined],
    ['Catalog\r\nBcc: x@y <a@b.example>', undefined],
    ['Catalog <a@b.example> <c@d.example>', undefined],
    ['nobody', undefined],
  ])('the sender %j', (value, expected) => {
    expect(senderAddress(value)).toEqual(expected);
  });
});
