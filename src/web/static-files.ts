import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { extname, join } from 'node:path';
import type { RequestHandler } from 'express';

const types: Readonly<Record<string, string>> = {
  '.css': 'text/css; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
};

/** The files of `views/static`, read once: a request can name one of them and nothing else. */
export interface StaticFiles {
  /** Address of a file with the digest of its content, so that it may be cached for good. Throws when there is none. */
  url(name: string): string;
  /** Serves `/static/:file`; calls next for an unknown name. */
  readonly handler: RequestHandler<{ file: string }>;
}

/** `more`: files by name that come from elsewhere, in place of ours of that name. */
export function loadStaticFiles(
  directory: string,
  prefix: string,
  more: ReadonlyMap<string, Buffer> = new Map(),
): StaticFiles {
  const files = new Map<string, { body: Buffer; type: string; digest: string }>();
  for (const name of new Set([...readdirSync(directory), ...more.keys()])) {
    const type = types[extname(name)];
    if (type === undefined) continue;
    const body = more.get(name) ?? readFileSync(join(directory, name));
    files.set(name, {
      body,
      type,
      digest: createHash('sha256').update(body).digest('base64url').slice(0, 12),
    });
  }
  return {
    url(name) {
      const file = files.get(name);
      if (file === undefined) throw new Error(`there is no static file ${name}`);
      return `${prefix}/static/${name}?v=${file.digest}`;
    },
    handler(req, res, next) {
      const file = files.get(req.params.file);
      if (file === undefined) return next();
      const current = req.query['v'] === file.digest;
      res.setHeader('Cache-Control', current ? 'public, max-age=31536000, immutable' : 'public, no-cache');
      res.setHeader('Content-Type', file.type);
      res.setHeader('ETag', `"${file.digest}"`);
      res.send(file.body);
    },
  };
}
