import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { text as streamText } from 'node:stream/consumers';
import type { Stores } from '../../app.ts';
import type { ProviderConfig } from '../../config/index.ts';
import { Failure, toFailure, type IdentityAssertion, type Log } from '../../identity/index.ts';
import { lookUpCaptured, readCaptured, type Captured } from '../../providers/index.ts';
import type { Terminal } from '../command.ts';

/** What is explained, and how much it is worth. */
export interface Source {
  readonly assertion: IdentityAssertion;
  /** Read but unusable, by label and name. */
  readonly problems: readonly string[];
  /** Something like a signature was there; undefined: it is no captured answer. */
  readonly signed: boolean | undefined;
  /** It was verified when it came. */
  readonly verified: boolean;
  /** Whether groups were, or would be, asked for elsewhere. */
  readonly lookUp: 'none' | 'not_needed' | 'not_made' | 'made' | 'failed' | 'as_it_was';
  /** The same in words. */
  readonly lookUpText: string;
}

/** A file with a captured answer, read as the provider's rules have it; undefined after it was said why not. */
export async function readSource(
  provider: ProviderConfig,
  file: string,
  options: { readonly terminal: Terminal; readonly asks: boolean },
): Promise<Source | undefined> {
  const { terminal, asks } = options;
  let text: string;
  try {
    text =
      file === '-' ? await streamText(process.stdin) : await readFile(resolve(terminal.cwd, file), 'utf8');
  } catch {
    terminal.err(`The file ${file} cannot be read.\n`);
    return undefined;
  }
  let captured: Captured;
  try {
    captured = readCaptured(provider, text);
  } catch (error) {
    const failure = toFailure(error);
    if (failure.code !== 'login_rejected') throw new Failure(failure.code, { cause: error });
    const kind = provider.protocol === 'oidc' ? 'an ID token or the JSON of its claims' : 'a SAML response';
    terminal.err(
      `${file} cannot be read as ${kind} of this provider: ${failure.detail ?? failure.message}\n`,
    );
    return undefined;
  }
  const { problems, signed } = captured;
  return { problems, signed, verified: false, ...(await withLookUp(provider, captured, asks)) };
}

/** Groups that a login would ask for elsewhere: asked for only where one says so. */
async function withLookUp(
  provider: ProviderConfig,
  captured: Captured,
  asks: boolean,
): Promise<Pick<Source, 'assertion' | 'lookUp' | 'lookUpText'>> {
  const { assertion } = captured;
  const { lookup } = provider.groups;
  if (lookup === undefined) {
    const lookUpText = 'no look-up of groups is set up (groups.lookup), and none was made';
    return { assertion, lookUp: 'none', lookUpText };
  }
  const where = `${lookup.kind} at ${lookup.url}`;
  const isNeeded = lookup.when === 'always' || assertion.groups.kind !== 'present' || lookup.names;
  if (!asks) {
    return isNeeded
      ? {
          assertion,
          lookUp: 'not_made',
          lookUpText: `a login would ask ${where} for groups; that was not made here (--look-up makes it)`,
        }
      : {
          assertion,
          lookUp: 'not_needed',
          lookUpText: `groups came whole, so that ${where} would not be asked; no look-up was made`,
        };
  }
  let failed: string | undefined;
  const log: Log = {
    debug() {},
    info() {},
    error() {},
    warn: ({ detail }) => void (failed = typeof detail === 'string' ? detail : 'failed'),
  };
  const completed = await lookUpCaptured(provider, captured, { fetch: globalThis.fetch, now: Date.now, log });
  return failed === undefined
    ? { assertion: completed, lookUp: 'made', lookUpText: `${where} was asked for groups` }
    : {
        assertion: completed,
        lookUp: 'failed',
        lookUpText: `${where} was asked for groups, and failed: ${failed}`,
      };
}

/**
 * What is kept of the last sign-in of somebody: the groups and roles it brought, with the names of their profile. For people
 * whose trace is gone, or too long to have been kept whole. Undefined when nothing is kept of them at this provider.
 */
export async function lastKnown(
  { directory }: Pick<Stores, 'directory'>,
  provider: ProviderConfig,
  name: string,
): Promise<Source | 'several' | undefined> {
  const [user, ...others] = await directory.findByName(name);
  if (others.length > 0) return 'several';
  if (!user) return undefined;
  const own = (await directory.claimsOf(user.id)).filter((each) => each.provider === provider.id);
  const claims = own.at(-1);
  if (!claims) return undefined;
  const { userName, email, displayName } = user.profile;
  const isSame = email !== undefined && email.toLowerCase().endsWith(`@${claims.emailDomain ?? ''}`);
  return {
    assertion: {
      provider: provider.id,
      issuer: claims.issuer,
      subject: claims.subject,
      userName,
      // Only the domain is kept of the address that was sent; the profile has the whole one.
      ...(claims.emailDomain !== undefined && {
        email: isSame ? email : `(somebody)@${claims.emailDomain}`,
      }),
      emailVerified: claims.emailVerified,
      ...(displayName !== undefined && { displayName }),
      groups:
        typeof claims.groups === 'string'
          ? { kind: claims.groups }
          : { kind: 'present', names: claims.groups },
      roles: claims.roles,
      authenticatedAt: claims.at,
      amr: [],
      idpSession: {},
    },
    problems: [],
    signed: undefined,
    verified: true,
    lookUp: 'as_it_was',
    lookUpText: 'groups are those of the last sign-in, look-ups included; none was made now',
  };
}
