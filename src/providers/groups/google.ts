import { createPrivateKey } from 'node:crypto';
import { SignJWT } from 'jose';
import type { GroupsLookup } from '../../config/index.ts';
import type { IdentityAssertion } from '../../identity/index.ts';
import { allPages, field, foundGroup, listIn } from './pages.ts';
import { createTokenCache } from './token.ts';
import { LookupFailed } from './lookup-failed.ts';
import type { Directory, FoundGroup } from './types.ts';

/** How the two APIs ask and answer. */
const apis = {
  cloudIdentity: {
    scope: 'https://www.googleapis.com/auth/cloud-identity.groups.readonly',
    list: 'memberships',
    address: (base: string, assertion: IdentityAssertion) => {
      const query = `member_key_id == '${cel(emailOf(assertion))}' && 'cloudidentity.googleapis.com/groups.discussion_forum' in labels`;
      return `${base}/v1/groups/-/memberships:searchTransitiveGroups?query=${encodeURIComponent(query)}&pageSize=1000`;
    },
    group: (item: unknown): FoundGroup =>
      foundGroup('google', field(field(item, 'groupKey'), 'id'), field(item, 'displayName')),
  },
  directory: {
    scope: 'https://www.googleapis.com/auth/admin.directory.group.readonly',
    list: 'groups',
    address: (base: string, assertion: IdentityAssertion) =>
      `${base}/admin/directory/v1/groups?userKey=${encodeURIComponent(emailOf(assertion))}&maxResults=200`,
    group: (item: unknown): FoundGroup => foundGroup('google', field(item, 'email'), field(item, 'name')),
  },
} as const;

/**
 * Google Workspace: `searchTransitiveGroups` of the Cloud Identity API, nested groups included, or `groups.list` of the
 * Directory API, direct ones only. A service account signs a JWT in the name of an administrator (RFC 7523, domain-wide
 * delegation). An answer without a list is an empty one there.
 */
export function createGoogle(
  lookup: Extract<GroupsLookup, { kind: 'google' }>,
  now: () => number,
): Directory {
  const { account, subject, tokenUrl, url } = lookup;
  const { scope, list, address, group } = apis[lookup.api];
  const tokens = createTokenCache('google', now);
  const key = createPrivateKey(account.privateKeyPem);

  const assertionGrant = async () => {
    const issuedAt = Math.floor(now() / 1000);
    const assertion = await new SignJWT({ scope })
      .setProtectedHeader({
        alg: 'RS256',
        typ: 'JWT',
        ...(account.keyId !== undefined && { kid: account.keyId }),
      })
      .setIssuer(account.email)
      .setSubject(subject)
      .setAudience(tokenUrl)
      .setIssuedAt(issuedAt)
      .setExpirationTime(issuedAt + 3600)
      .sign(key);
    return { url: tokenUrl, form: { grant_type: 'urn:ietf:params:oauth:grant-type:jwt-bearer', assertion } };
  };

  return {
    async groupsOf(assertion, _evidence, api) {
      const first = address(url, assertion);
      const question = async (): Promise<FoundGroup[]> => {
        const authorization = `Bearer ${await tokens.get(tokenUrl, api, assertionGrant)}`;
        return allPages('google', first, async (page) => {
          const { body } = await api.ask(page, { headers: { authorization } });
          const next = field(body, 'nextPageToken');
          return {
            groups: listIn('google', body, list, true).map(group),
            next:
              typeof next === 'string' && next !== ''
                ? `${first}&pageToken=${encodeURIComponent(next)}`
                : undefined,
          };
        });
      };
      try {
        return await question();
      } catch (error) {
        if (!(error instanceof LookupFailed) || error.detail !== 'google.http_401') throw error;
        tokens.drop(tokenUrl);
        return question();
      }
    },
  };
}

/** Whom to ask about; an address that the provider does not vouch for might be somebody else's. */
function emailOf({ email, emailVerified }: IdentityAssertion): string {
  if (email === undefined) throw new LookupFailed('google.no_email');
  if (!emailVerified) throw new LookupFailed('google.email_unverified');
  return email;
}

/** Inside a string of the Common Expression Language. */
function cel(text: string): string {
  return text.replaceAll('\\', '\\\\').replaceAll("'", String.raw`\'`);
}
