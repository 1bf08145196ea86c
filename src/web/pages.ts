import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Eta } from 'eta';
import type { Config } from '../config/index.ts';
import type { Log } from '../identity/index.ts';
import type { LanguageLink } from './language-choice.ts';
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
  languages: readonly LanguageLink[],
  model: Readonly<Record<string, unknown>>,
) => string;

/** Templates of the brand's own folder take the place of ours of the same name; one that fails is told, and ours is shown. */
export function createPages(options: {
  config: Pick<Config, 'brand' | 'contact' | 'prefix'>;
  files: StaticFiles;
  /** Name of the logo among the static files. */
  logo: string;
  log: Log;
}): RenderPage {
  const { config, files, log } = options;
  const ours = new Eta({ views: viewsDirectory, cache: true, autoEscape: true });
  const own = config.brand.templates === undefined ? undefined : ownTemplates(config.brand.templates);
  const common = {
    brand: config.brand.name,
    links: config.brand.links,
    prefix: config.prefix,
    contact: contactOf(config.contact),
    css: files.url('doorward.css'),
    logo: files.url(options.logo),
  };
  return (name, language, languages, model) => {
    const data = {
      ...common,
      ...model,
      languages,
      t: language.t,
      has: language.has,
      lang: language.tag,
      dir: language.direction,
      time: (iso: string) => readableTime(iso, language.tag),
    };
    if (own !== undefined) {
      try {
        return own.render(`./${name}`, data);
      } catch (error) {
        log.error({ template: name, cause: error }, 'a template of your own has a mistake; ours is shown');
      }
    }
    return ours.render(`./${name}`, data);
  };
}

/** Looks for each template (layouts and parts too) in the folder first, then among ours. */
function ownTemplates(folder: string): Eta {
  const eta = new Eta({ views: viewsDirectory, cache: true, autoEscape: true });
  const read = eta.readFile;
  eta.readFile = function (path) {
    const mine = join(folder, path.slice(viewsDirectory.length));
    return read.call(this, existsSync(mine) ? mine : path);
  };
  return eta;
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
