import { fileURLToPath } from 'node:url';
import { Eta } from 'eta';
import type { Config } from '../config/index.ts';
import type { StaticFiles } from './static-files.ts';
import type { Language } from './strings.ts';

/** Every page there is; `views/<name>.eta`. */
export type PageName = 'chooser' | 'error' | 'refusal' | 'signed-out' | 'logout' | 'me';

/** Where templates, texts and static files are. */
export const viewsDirectory = fileURLToPath(new URL('../../views', import.meta.url));

/** Renders a page as HTML. Everything a template prints with `<%= %>` is escaped. */
export type RenderPage = (
  name: PageName,
  language: Language,
  model: Readonly<Record<string, unknown>>,
) => string;

export function createPages(options: {
  config: Pick<Config, 'brand' | 'contact' | 'prefix'>;
  files: StaticFiles;
}): RenderPage {
  const { config, files } = options;
  const eta = new Eta({ views: viewsDirectory, cache: true, autoEscape: true });
  const common = {
    brand: config.brand.name,
    prefix: config.prefix,
    contact: contactOf(config.contact),
    css: files.url('doorward.css'),
    logo: files.url('door.svg'),
  };
  return (name, language, model) =>
    eta.render(`./${name}`, {
      ...common,
      ...model,
      t: language.t,
      has: language.has,
      lang: language.tag,
      dir: language.direction,
      time: (iso: string) => readableTime(iso, language.tag),
    });
}

/** A moment as people of that language write it; in UTC, and saying so, because we do not know where the person is. */
function readableTime(iso: string, tag: string): string {
  const format = new Intl.DateTimeFormat(tag, { dateStyle: 'long', timeStyle: 'short', timeZone: 'UTC' });
  return `${format.format(new Date(iso))} UTC`;
}

/** An address becomes a mailto link; a URL is linked only when it is http(s). Anything else is shown as plain text. */
function contactOf(contact: string | undefined): { text: string; href: string | undefined } | undefined {
  if (contact === undefined || contact === '') return undefined;
  if (/^https?:\/\//i.test(contact)) return { text: contact, href: contact };
  const isAddress = /^[^\s@:/?#&]+@[^\s@:/?#&]+$/.test(contact);
  return { text: contact, href: isAddress ? `mailto:${contact}` : undefined };
}
