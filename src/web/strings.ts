import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { chooseLocale } from './locale.ts';

/** Text of a key in one language, with `{name}` replaced. Not escaped: templates do that. */
export type Translate = (key: string, values?: Readonly<Record<string, string | number>>) => string;

export interface Language {
  /** BCP 47 tag, lower case: the name of the file. */
  readonly tag: string;
  /** What the language is called by those who speak it. */
  readonly name: string;
  readonly direction: 'ltr' | 'rtl';
  readonly t: Translate;
  /** Is there a text for this key, here or in English? */
  has(key: string): boolean;
}

export interface Languages {
  /** All there are, English first, then by tag. */
  readonly all: readonly Language[];
  /** The language of this tag, if it is one of ours. */
  named(tag: unknown): Language | undefined;
  /** The one that a browser would rather have (`Accept-Language`). */
  preferred(acceptLanguage: string | undefined): Language;
}

interface LocaleFile {
  readonly name: string;
  readonly direction: 'ltr' | 'rtl';
  readonly messages: Readonly<Record<string, string>>;
}

/**
 * Reads every `views/locales/*.json` once. What a language has not translated yet is said in English.
 * Throws when English itself is missing or a file is not JSON: the gateway must not start with half its pages.
 */
export function loadLanguages(directory: string): Languages {
  const files = new Map<string, LocaleFile>();
  for (const name of readdirSync(directory)
    .filter((file) => file.endsWith('.json'))
    .sort()) {
    files.set(
      name.slice(0, -5).toLowerCase(),
      JSON.parse(readFileSync(join(directory, name), 'utf8')) as LocaleFile,
    );
  }
  const english = files.get('en');
  if (english === undefined) throw new Error(`${directory} has no en.json`);
  const fallback = language('en', english, english);
  const others = [...files].filter(([tag]) => tag !== 'en');
  const all = [fallback, ...others.map(([tag, file]) => language(tag, file, english))];
  const byTag = new Map(all.map((each) => [each.tag, each]));
  const available = all.map(({ tag }) => tag);
  return {
    all,
    named: (tag) => (typeof tag === 'string' ? byTag.get(tag.toLowerCase()) : undefined),
    preferred: (header) => byTag.get(chooseLocale(header, available)) ?? fallback,
  };
}

function language(tag: string, file: LocaleFile, english: LocaleFile): Language {
  const find = (key: string): string | undefined =>
    Object.hasOwn(file.messages, key)
      ? file.messages[key]
      : Object.hasOwn(english.messages, key)
        ? english.messages[key]
        : undefined;
  return {
    tag,
    name: file.name,
    direction: file.direction,
    has: (key) => find(key) !== undefined,
    t: (key, values = {}) =>
      (find(key) ?? key).replace(/\{(\w+)\}/g, (whole, name: string) => String(values[name] ?? whole)),
  };
}
