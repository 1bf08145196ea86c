import type { Request, Response } from 'express';
import type { AdmittedIdentity } from '../gate/index.ts';
import { Failure, type Membership, type User } from '../identity/index.ts';
import { type SessionRecord, deviceOf, formToken, isFormToken, sessionRef } from '../sessions/index.ts';

import { isForeignForm } from './own-form.ts';
import type { MeTokens } from './me-tokens.ts';
import { placeOf } from './place.ts';
import type { Replies } from './replies.ts';
import type { ReturnRules } from './return-to.ts';
import type { WebDeps } from './types.ts';
import { admittedTimes } from './who.ts';

/** `/me`: who I am here, my groups and where each comes from, my sessions, my data. */
export interface Me {
  page(req: Request, res: Response, identity: AdmittedIdentity): Promise<void>;
  /** Ends one other session (`session`, its short name) or all others (`others`). */
  endSessions(req: Request, res: Response, identity: AdmittedIdentity): Promise<void>;
  data(req: Request, res: Response, identity: AdmittedIdentity): Promise<void>;
}

export function createMe(
  deps: WebDeps,
  replies: Replies,
  rules: ReturnRules,
  tokens: MeTokens | undefined,
): Me {
  const { config, providers, users, sessions, endings } = deps;
  const labelOf = (provider: string): string => providers.get(provider)?.label ?? provider;

  return {
    async page(req, res, identity) {
      const { user, role, session } = identity;
      const [stored, own] = await Promise.all([users.findUser(user.id), sessions.listByUser(user.id)]);
      const provider = session.login?.provider;
      replies.page(req, res, 200, 'me', {
        user,
        role,
        provider: provider === undefined ? undefined : labelOf(provider),
        groups: groupsOf(stored).map(({ group, sources }) => ({
          name: group,
          sources: sources.map((source) => ({
            kind: source.kind,
            provider: source.kind === 'local' ? undefined : labelOf(source.provider),
          })),
        })),
        ...admittedTimes(identity),
        idleUntil: new Date(session.idleExpiresAt).toISOString(),
        absoluteUntil: new Date(session.absoluteExpiresAt).toISOString(),
        sessions: own
          .filter((each) => each.login !== undefined)
          .map((each) => sessionLine(each, each.digest === session.digest, labelOf))
          .sort((one, other) => Number(other.isThis) - Number(one.isThis)),
        ended:
          req.query['ended'] === 'one' || req.query['ended'] === 'others' ? req.query['ended'] : undefined,
        token: formToken(session.digest, config.secrets),
        tokens: await tokens?.section(req, res, identity),
      });
    },

    async endSessions(req, res, identity) {
      const { user, session } = identity;
      const form = (req.body ?? {}) as Record<string, unknown>;
      if (isForeignForm(req, rules) || !isFormToken(form['token'], session.digest, config.secrets)) {
        throw new Failure('csrf_rejected', { detail: 'web.me' });
      }
      const others = (await sessions.listByUser(user.id)).filter(({ digest }) => digest !== session.digest);
      const chosen =
        form['others'] === 'all'
          ? others
          : others.filter(({ digest }) => sessionRef(digest) === form['session']);
      for (const { digest } of chosen) {
        await endings.end(digest, 'revoked', { kind: 'person', name: user.id });
      }
      const what = form['others'] === 'all' ? 'others' : 'one';
      res.redirect(303, `${config.prefix}/me?ended=${what}`);
    },

    async data(_req, res, identity) {
      const data = await deps.personData(identity.user.id);
      if (data === undefined) throw new Failure('not_found', { detail: 'web.me_gone' });
      res.setHeader('Content-Disposition', 'attachment; filename="my-data.json"');
      res.type('json').send(`${JSON.stringify(data, null, 2)}\n`);
    },
  };
}

/** Each group once, with all its sources. */
function groupsOf(user: User | undefined): { group: string; sources: Membership['source'][] }[] {
  const groups = new Map<string, Membership['source'][]>();
  for (const { group, source } of user?.memberships ?? []) {
    groups.set(group, [...(groups.get(group) ?? []), source]);
  }
  return [...groups].map(([group, sources]) => ({ group, sources }));
}

function sessionLine(
  session: SessionRecord,
  isThis: boolean,
  labelOf: (provider: string) => string,
): Readonly<Record<string, unknown>> & { isThis: boolean } {
  return {
    isThis,
    ref: sessionRef(session.digest),
    device: deviceOf(session.login?.userAgent),
    place: placeOf(session.login?.address),
    provider: session.login === undefined ? undefined : labelOf(session.login.provider),
    since: new Date(session.createdAt).toISOString(),
    lastSeen: new Date(session.lastSeenAt).toISOString(),
  };
}
