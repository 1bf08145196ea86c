import type { ProviderConfig } from '../../config/index.ts';
import { Failure } from '../../identity/index.ts';
import type { AdminDeps } from '../types.ts';
import type { Form } from './routes.ts';

/** An identity as a form names it. */
export interface NamedIdentity {
  readonly provider: string;
  readonly issuer: string;
  readonly subject: string;
}

/**
 * The identity that a form names: provider, subject, and the issuer where the provider may have several.
 * Gives what is missing in words, or the identity.
 */
export function identityOf(config: AdminDeps['config'], form: Form): NamedIdentity | string {
  const provider = config.providers.find(({ id }) => id === form['provider']);
  if (provider === undefined) throw new Failure('bad_request', { detail: 'admin.provider' });
  const subject = form['subject']?.trim() ?? '';
  if (subject === '') return 'The subject is missing: what the provider calls the person.';
  const issuer = form['issuer']?.trim() || issuerOf(provider);
  if (issuer === undefined) return `${provider.label} may have several issuers: say which.`;
  return { provider: provider.id, issuer, subject };
}

/** The one issuer of a provider; undefined where there are several, or where only its metadata knows. */
function issuerOf(provider: ProviderConfig): string | undefined {
  if (provider.protocol === 'oidc') return provider.tenants.length > 0 ? undefined : provider.issuer;
  return provider.idp.entityId;
}
