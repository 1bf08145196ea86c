import type { Config } from '../config/index.ts';
import type { DescribedRequest } from './described-request.ts';
import type { StepUp } from './types.ts';

/** A way back longer than this is left out, so that headers stay small enough for every proxy. */
const longest = 2048;

/**
 * The address of the login page with the way back in `rd`. It is built from the configured base URL only; the way
 * back is a path where it leads to this very host, else a whole URL, and the login decides whether it is allowed.
 * At a host of another domain the way begins there, so that the browser that comes back is known by a cookie of that host.
 * For a step-up the provider is known, and `max_age` (seconds) and `acr_values` say what it is asked for (OpenID Connect
 * Core 1.0, section 3.1.2.1); whatever a client makes of them, the rule is put to the session that comes of it.
 */
export function loginUrls(
  config: Pick<Config, 'baseUrl' | 'prefix' | 'hosts'>,
): (from: DescribedRequest, stepUp?: StepUp) => string {
  const login = `${config.baseUrl}${config.prefix}/login`;
  const base = new URL(config.baseUrl);
  const elsewhere = new Set(config.hosts);
  return (from, stepUp) => {
    if (stepUp === undefined && from.host !== undefined && elsewhere.has(from.host)) {
      const back = from.target === undefined ? '' : `?rd=${encodedBack(targetText(from.target))}`;
      return `${base.protocol}//${from.host}${config.prefix}/handover/start${back}`;
    }
    const start = stepUp?.provider === undefined ? login : `${login}/${stepUp.provider}`;
    const query = [...wayBack(from, base), ...(stepUp === undefined ? [] : demands(stepUp))];
    return query.length === 0 ? start : `${start}?${query.join('&')}`;
  };
}

function wayBack(from: DescribedRequest, base: URL): string[] {
  if (from.target === undefined) return [];
  const target = targetText(from.target);
  const scheme = from.scheme ?? base.protocol.slice(0, -1);
  const back =
    from.host === undefined || from.host === base.host ? target : `${scheme}://${from.host}${target}`;
  const rd = encodedBack(back);
  return rd === '' ? [] : [`rd=${rd}`];
}

function targetText(target: string): string {
  return Buffer.from(target, 'latin1').toString('utf8');
}

/** Empty for one that is too long. */
function encodedBack(back: string): string {
  const rd = encodeURIComponent(back.toWellFormed());
  return rd.length > longest ? '' : rd;
}

function demands({ maxAge, acr }: StepUp): string[] {
  return [
    ...(maxAge === undefined ? [] : [`max_age=${Math.floor(maxAge / 1000)}`]),
    ...(acr.length === 0 ? [] : [`acr_values=${encodeURIComponent(acr.join(' '))}`]),
  ];
}
