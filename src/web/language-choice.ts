import type { Request, Response } from 'express';
import type { PlainCookie } from './plain-cookie.ts';
import type { Language, Languages } from './strings.ts';

/** One line of the language menu. */
export interface LanguageLink {
  readonly tag: string;
  readonly name: string;
  readonly href: string;
  readonly current: boolean;
}

/** Which language a person reads: what they picked now (`?lang=`), picked before (a cookie), or their browser's. */
export interface LanguageChoice {
  /** Remembers a choice made by `?lang=` on the response. */
  of(req: Request, res: Response): Language;
  /** Links to the same page in each language; only for pages that can be asked for again. */
  menu(req: Request, current: Language): readonly LanguageLink[];
}

export function createLanguageChoice(languages: Languages, cookie: PlainCookie): LanguageChoice {
  return {
    of(req, res) {
      const picked = languages.named(req.query['lang']);
      if (picked !== undefined && req.method === 'GET') cookie.write(res, picked.tag);
      return (
        picked ?? languages.named(cookie.read(req)) ?? languages.preferred(req.headers['accept-language'])
      );
    },
    menu(req, current) {
      const { pathname, searchParams } = new URL(req.originalUrl, 'http://page');
      return languages.all.map(({ tag, name }) => {
        searchParams.set('lang', tag);
        return { tag, name, href: `${pathname}?${searchParams.toString()}`, current: tag === current.tag };
      });
    },
  };
}
