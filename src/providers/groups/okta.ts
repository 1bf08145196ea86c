import type { GroupsLookup } from '../../config/index.ts';
import { allPages, field, foundGroup, listIn, sameOrigin } from './pages.ts';
import type { Directory } from './types.ts';

/** Okta: `GET /api/v1/users/{id}/groups`, pages by `Link: <…>; rel="next"` (RFC 8288). Groups go by their names. */
export function createOkta({ url, token }: Extract<GroupsLookup, { kind: 'okta' }>): Directory {
  return {
    mostNamed: 100,
    groupsOf(assertion, _evidence, api) {
      const first = `${url}/api/v1/users/${encodeURIComponent(assertion.subject)}/groups?limit=200`;
      return allPages('okta', first, async (page) => {
        const { body, headers } = await api.ask(page, { headers: { authorization: `SSWS ${token}` } });
        return {
          groups: listIn('okta', body, undefined).map((group) =>
            foundGroup('okta', field(field(group, 'profile'), 'name'), undefined),
          ),
          next: sameOrigin('okta', nextIn(headers.get('link')), url),
        };
      });
    },
  };
}

/** The target of `rel="next"`. Several Link headers arrive joined by commas. */
function nextIn(link: string | null): string | undefined {
  return /<([^>]*)>[^<]*;\s*rel="?next"?/i.exec(link ?? '')?.[1];
}
