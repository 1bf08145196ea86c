import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import type { Express } from 'express';
import {
  type AdminDeps,
  createAdmin,
  createAdministrators,
  createLinks,
  createPeople,
  keepOneAdministrator,
} from '../admin/index.ts';
import type { Config } from '../config/index.ts';
import {
  clientAddress,
  loadStaticFiles,
  securityHeaders,
  trustedProxies,
  viewsDirectory,
} from '../web/index.ts';
import { createTokens, scimStatus, warningDue } from '../scim/index.ts';
import { invitationsOf } from './mail.ts';
import { scimProviders } from './scim.ts';
import type { Stores } from './stores.ts';
import { tokensOf } from './tokens.ts';

/** The console of one configuration: its rules say who is an administrator. */
export function consoleOf(
  config: Config,
  deps: Pick<AdminDeps, 'gate' | 'providers' | 'reference' | 'credentials' | 'now' | 'log'> & {
    readonly stores: Stores;
  },
): Express {
  const { stores, now } = deps;
  const { directory, endings, sessions, audit } = stores;
  const views = join(viewsDirectory, 'admin');
  const isTrusted = trustedProxies(config.trustedProxies);
  const administrators = createAdministrators(config.admin, config.providers, directory);
  const keepOne = keepOneAdministrator({ directory, administrators });
  const tokens = createTokens({ tokens: directory.scim.tokens, now, random: randomBytes });
  return createAdmin({
    ...deps,
    config,
    directory,
    sessions,
    transient: sessions.transient,
    endings,
    people: createPeople({ directory, endings, keepOne, now }),
    links: createLinks({ directory, endings, keepOne, now }),
    apiTokens: tokensOf(config, directory, now),
    invitations: invitationsOf(config, stores, deps),
    scim: {
      providers: [...scimProviders(config).keys()],
      status: (provider) => scimStatus(directory.scim, provider),
      tokens: (provider) => tokens.list(provider),
      endsWithin: (token) => warningDue(token, now()),
      createToken: (request) => tokens.create(request),
      revokeToken: (id, actor) => tokens.revoke(id, actor),
    },
    audit,
    views,
    files: loadStaticFiles(join(views, 'static'), '/admin'),
    securityHeaders: securityHeaders({ https: config.baseUrl.startsWith('https:'), scripts: true }),
    addressOf: (req) => clientAddress(req.socket.remoteAddress, req.get('x-forwarded-for'), isTrusted),
    random: randomBytes,
  });
}
