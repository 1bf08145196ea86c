import type { Config } from '../config/index.ts';
import { withoutPort } from './described-request.ts';

/** Which application a request is for, as `aud` of its assertion says: one of a closed set, whatever a client asks for. */
export type AudienceOf = (host: string | undefined, path: string | undefined) => string;

/** By `apps`, one of that host before one of any, then the longest path; else the default audience. */
export function audiences(config: Pick<Config, 'apps' | 'assertion'>): AudienceOf {
  const fallback = config.assertion?.audience ?? '';
  if (config.apps.length === 0) return () => fallback;
  const apps = config.apps.toSorted(
    (a, b) => Number(a.host === undefined) - Number(b.host === undefined) || b.path.length - a.path.length,
  );
  return (host, path) => {
    const bare = host === undefined ? undefined : withoutPort(host);
    const app = apps.find(
      (each) => (each.host === undefined || each.host === bare) && isUnder(path ?? '/', each.path),
    );
    return app?.audience ?? fallback;
  };
}

function isUnder(path: string, prefix: string): boolean {
  if (!path.startsWith(prefix)) return false;
  return prefix === '/' || path.length === prefix.length || path[prefix.length] === '/';
}
