import type { GroupsLookup } from '../../config/index.ts';
import type { IdentityAssertion } from '../../identity/index.ts';
import type { Api } from './api.ts';
import { allPages, field, foundGroup, listIn, sameOrigin } from './pages.ts';
import { createTokenCache } from './token.ts';
import { LookupFailed } from './lookup-failed.ts';
import type { Directory, Evidence } from './types.ts';

const guid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;
/** Ids in one question for labels: what `getByIds` takes. */
const labelsAtOnce = 1_000;

/**
 * Microsoft Graph: `transitiveMemberOf`, cast to groups, which is an advanced query and so needs `$count` and
 * `ConsistencyLevel: eventual`; pages of 999 by `@odata.nextLink`. As the application by client credentials, or with the
 * person's own token about themselves.
 */
export function createGraph(lookup: Extract<GroupsLookup, { kind: 'graph' }>, now: () => number): Directory {
  const { url, app } = lookup;
  const tokens = createTokenCache('graph', now);

  const tenantOf = ({ issuer }: IdentityAssertion): string => {
    const [tenant] = /[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}/i.exec(issuer) ?? [];
    if (tenant === undefined) throw new LookupFailed('graph.no_tenant');
    return tenant;
  };
  /** Runs a question with a token; one that the API no longer accepts is replaced once. */
  const authorized = async <T>(
    assertion: IdentityAssertion,
    evidence: Evidence,
    api: Api,
    question: (headers: Record<string, string>) => Promise<T>,
  ): Promise<T> => {
    if (app === undefined) {
      if (evidence.accessToken === undefined) throw new LookupFailed('graph.no_access_token');
      return question({ authorization: `Bearer ${evidence.accessToken}` });
    }
    const tokenUrl = app.tokenUrl.includes('{tenant}')
      ? app.tokenUrl.replace('{tenant}', tenantOf(assertion))
      : app.tokenUrl;
    const token = () =>
      tokens.get(tokenUrl, api, () => ({
        url: tokenUrl,
        form: {
          grant_type: 'client_credentials',
          client_id: app.clientId,
          client_secret: app.clientSecret,
          scope: `${new URL(url).origin}/.default`,
        },
      }));
    try {
      return await question({ authorization: `Bearer ${await token()}` });
    } catch (error) {
      if (!(error instanceof LookupFailed) || error.detail !== 'graph.http_401') throw error;
      tokens.drop(tokenUrl);
      return question({ authorization: `Bearer ${await token()}` });
    }
  };

  return {
    groupsOf(assertion, evidence, api) {
      if (app !== undefined && !guid.test(assertion.subject)) throw new LookupFailed('graph.no_object_id');
      const who = app === undefined ? 'me' : `users/${assertion.subject}`;
      const first = `${url}/v1.0/${who}/transitiveMemberOf/microsoft.graph.group?$count=true&$select=id,displayName&$top=999`;
      return authorized(assertion, evidence, api, (headers) =>
        allPages('graph', first, async (page) => {
          const { body } = await api.ask(page, { headers: { ...headers, consistencylevel: 'eventual' } });
          return {
            groups: listIn('graph', body, 'value').map((group) =>
              foundGroup('graph', field(group, 'id'), field(group, 'displayName')),
            ),
            next: sameOrigin('graph', field(body, '@odata.nextLink'), url),
          };
        }),
      );
    },
    labelsOf(ids, assertion, evidence, api) {
      const known = ids.filter((id) => guid.test(id));
      return authorized(assertion, evidence, api, async (headers) => {
        const found = [];
        for (let at = 0; at < known.length; at += labelsAtOnce) {
          const { body } = await api.ask(`${url}/v1.0/directoryObjects/getByIds?$select=id,displayName`, {
            method: 'POST',
            headers: { ...headers, 'content-type': 'application/json' },
            body: JSON.stringify({ ids: known.slice(at, at + labelsAtOnce), types: ['group'] }),
          });
          for (const group of listIn('graph', body, 'value'))
            found.push(foundGroup('graph', field(group, 'id'), field(group, 'displayName')));
        }
        return found;
      });
    },
  };
}
