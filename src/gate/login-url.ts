import type { Config } from '../config/index.ts';
import type { DescribedRequest } from './described-request.ts';

/** A way back longer than this is left out, so that headers stay small enough for every proxy. */
const longest = 2048;

/**
 * The address of the login page with the way back in `rd`. It is built from the configured base URL only; the way
 * back is a path where it leads to this very host, else a whole URL, and the login decides whether it is allowed.
 */
export function loginUrls(config: Pick<Config, 'baseUrl' | 'prefix'>): (from: DescribedRequest) => string {
  const login = `${config.baseUrl}${config.prefix}/login`;
  const base = new URL(config.baseUrl);
  return (from) => {
    if (from.target === undefined) return login;
    const target = Buffer.from(from.target, 'latin1').toString('utf8');
    const scheme = from.scheme ?? base.protocol.slice(0, -1);
    const back =
      from.host === undefined || from.host === base.host ? target : `${scheme}://${from.host}${target}`;
    const rd = encodeURIComponent(back.toWellFormed());
    return rd.length > longest ? login : `${login}?rd=${rd}`;
  };
}
