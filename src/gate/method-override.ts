import type { IncomingHttpHeaders } from 'node:http';
import type { Config } from '../config/index.ts';
import { foldHeaderName } from './header-names.ts';

/** The methods that a client wants the application to go by in place of the one it sent; undefined for none. */
export type MethodOverrides = (headers: IncomingHttpHeaders) => readonly string[] | undefined;

const overrides = /^x-(?:http-method(?:-override)?|method-override)$/;
const lengths = { least: 'x-http-method'.length, most: 'x-http-method-override'.length };

/**
 * Reads `X-HTTP-Method-Override` and its like: every one of them, in every spelling that an application may fold into
 * that name, every method of a list. Where no rule of the policy goes by methods nobody needs to know.
 */
export function methodOverrides({ policy }: Pick<Config, 'policy'>): MethodOverrides {
  if (policy?.some(({ methods }) => methods.length > 0) !== true) return () => undefined;
  return (headers) => {
    let found: string[] | undefined;
    for (const name in headers) {
      if (name.length < lengths.least || name.length > lengths.most || !overrides.test(foldHeaderName(name)))
        continue;
      for (const method of String(headers[name]).split(',')) {
        const trimmed = method.trim();
        if (trimmed !== '') (found ??= []).push(trimmed);
      }
    }
    return found;
  };
}
