import type { Request, Response } from 'express';

/** A cookie that remembers a choice and nothing about a person: a language, the provider used last. */
export interface PlainCookie {
  /** The value the browser brought, when it is one of those we hand out. */
  read(req: Request): string | undefined;
  write(res: Response, value: string): void;
}

const lifetime = 180 * 24 * 60 * 60 * 1000;

/** `path` keeps it away from the applications; `allowed` says which values can be ours. */
export function createPlainCookie(options: {
  name: string;
  path: string;
  https: boolean;
  allowed: (value: string) => boolean;
}): PlainCookie {
  const { name, path, https, allowed } = options;
  return {
    read(req) {
      for (const pair of (req.headers.cookie ?? '').split(';')) {
        const at = pair.indexOf('=');
        const value = pair.slice(at + 1).trim();
        if (pair.slice(0, at).trim() === name && allowed(value)) return value;
      }
      return undefined;
    },
    write(res, value) {
      res.cookie(name, value, { path, secure: https, httpOnly: true, sameSite: 'lax', maxAge: lifetime });
    },
  };
}
