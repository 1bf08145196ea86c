import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { failures, refusalReasons } from '../../../src/identity/index.ts';
import { chooseLocale } from '../../../src/web/locale.ts';
import { viewsDirectory } from '../../../src/web/pages.ts';
import { loadLanguages } from '../../../src/web/strings.ts';

const languages = loadLanguages(join(viewsDirectory, 'locales'));
const english = languages.preferred('en');

function messagesOf(name: string): Record<string, string> {
  const file = JSON.parse(readFileSync(join(viewsDirectory, 'locales', name), 'utf8')) as {
    messages: Record<string, string>;
  };
  return file.messages;
}

function placeholders(text: string): string[] {
  return [...text.matchAll(/\{\w+\}/g)].map(([placeholder]) => placeholder).sort();
}

describe('the language of a page', () => {
  const available = ['en', 'de', 'pt-br', 'zh-hant', 'ar'];

  it.each([
    [undefined, 'en'],
    ['', 'en'],
    ['de', 'de'],
    ['de-AT, en;q=0.5', 'de'],
    ['fr, de;q=0.8, en;q=0.9', 'en'],
    ['fr-FR, fr', 'en'],
    ['pt-BR', 'pt-br'],
    ['pt', 'en'],
    ['zh-Hant-TW', 'zh-hant'],
    ['*', 'en'],
    ['de;q=0, ar', 'ar'],
    ['de;q=nonsense, ar;q=0.1', 'ar'],
    [',,;;q=,', 'en'],
    ['AR', 'ar'],
  ])('for %j it is %s', (header, expected) => {
    expect(chooseLocale(header, available)).toBe(expected);
  });

  it('is chosen in bounded time from a header of any length', () => {
    expect(chooseLocale('x,'.repeat(100_000), available)).toBe('en');
  });
});

describe('the texts of the pages', () => {
  it('have a title, what happened and what to do for every reason and every failure', () => {
    const keys = [
      ...refusalReasons.map((reason) => `refusal.${reason}`),
      ...Object.keys(failures).map((code) => `failure.${code}`),
    ].flatMap((key) => [`${key}.title`, `${key}.what`, `${key}.you`]);
    const { has } = english;
    expect(keys.filter((key) => !has(key))).toEqual([]);
  });

  it('have every key that a template uses', () => {
    const { has } = english;
    const used = readdirSync(viewsDirectory)
      .filter((name) => name.endsWith('.eta'))
      .flatMap((name) => [...readFileSync(join(viewsDirectory, name), 'utf8').matchAll(/it\.t\('([^']+)'/g)])
      .map((match) => match[1] ?? '');
    expect(used.length).toBeGreaterThan(20);
    expect(used.filter((key) => !has(key))).toEqual([]);
  });

  it.each(readdirSync(join(viewsDirectory, 'locales')).filter((name) => name !== 'en.json'))(
    '%s says everything that English says, with the same placeholders',
    (name) => {
      const texts = messagesOf(name);
      const wanted = messagesOf('en.json');
      expect(Object.keys(texts)).toEqual(Object.keys(wanted));
      for (const [key, text] of Object.entries(wanted)) {
        expect([key, placeholders(texts[key] ?? '')]).toEqual([key, placeholders(text)]);
        expect([key, texts[key]?.trim()]).toEqual([key, texts[key]]);
        expect([key, texts[key]]).not.toEqual([key, '']);
      }
      const same = Object.keys(wanted).filter((key) => texts[key] === wanted[key]);
      expect(same.length).toBeLessThan(4);
    },
  );

  it('are there in the six languages that the menu promises', () => {
    expect(languages.all.map(({ tag, name, direction }) => [tag, name, direction])).toEqual([
      ['en', 'English', 'ltr'],
      ['ar', 'العربية', 'rtl'],
      ['de', 'Deutsch', 'ltr'],
      ['es', 'Español', 'ltr'],
      ['fr', 'Français', 'ltr'],
      ['ja', '日本語', 'ltr'],
    ]);
  });

  it('put values in, and leave a placeholder that has none', () => {
    const { t } = english;
    expect(t('chooser.button', { provider: 'Okta {brand}' })).toBe('Sign in with Okta {brand}');
    expect(t('chooser.button')).toBe('Sign in with {provider}');
    expect(t('constructor')).toBe('constructor');
  });
});
