import { Failure } from '../../identity/index.ts';
import type { Config, ProviderConfig } from '../../config/index.ts';
import type { AdminDeps } from '../types.ts';
import { endingCredentials } from './credentials.ts';
import { eventText } from './event-text.ts';
import type { SendPage } from './page.ts';
import type { Routes } from './routes.ts';

/** Providers: what to paste at the identity provider, how its answers are read, and what went wrong lately. */
export function providerPages(deps: AdminDeps, routes: Routes, send: SendPage): void {
  const { config, directory, providers, now } = deps;

  routes.page('/providers', async (req, res, operator) => {
    const week = await directory.refusals(now() - 7 * 86_400_000);
    send(req, res, {
      name: 'providers',
      title: 'Providers',
      section: 'providers',
      operator,
      model: {
        providers: [...providers.values()].map((provider) => ({
          id: provider.id,
          label: provider.label,
          preset: provider.preset,
          protocol: provider.protocol,
          health: provider.health(),
          refused: week.reduce((sum, each) => sum + (each.provider === provider.id ? each.count : 0), 0),
        })),
      },
    });
  });

  routes.page('/providers/:id', async (req, res, operator) => {
    const id = String(req.params['id']);
    const provider = providers.get(id);
    const file = config.providers.find((each) => each.id === id);
    if (provider === undefined || file === undefined)
      throw new Failure('not_found', { detail: 'admin.no_such_provider' });
    const [failed, refused] = await Promise.all([
      directory.read({ type: 'login.failed', limit: 500 }),
      directory.read({ type: 'login.refused', limit: 500 }),
    ]);
    send(req, res, {
      name: 'provider',
      title: file.label,
      section: 'providers',
      operator,
      model: {
        id,
        file: { path: file.file, preset: file.preset, protocol: file.protocol },
        health: provider.health(),
        paste: pasteFor(config, file),
        facts: factsOf(file),
        credentials: endingCredentials(
          deps.credentials().filter(({ provider }) => provider === file.id),
          now(),
        ),
        mapping: file.groups.map.map(([from, to]) => ({
          from,
          to,
          line: file.lines[`groups.map.${from}`],
        })),
        groups: file.groups,
        roles: file.role,
        admit: file.admit,
        errors: [...failed, ...refused]
          .filter(({ event }) => event.provider === id)
          .sort((one, other) => other.seq - one.seq)
          .slice(0, 12)
          .map(({ event }) => ({
            at: event.at,
            text: eventText(event),
            reference: event.reference,
            cause: event.type === 'login.failed' ? (event.cause ?? event.detail) : event.userName,
          })),
      },
    });
  });
}

/** What the identity provider must be told of us, each with what it is called there. */
function pasteFor(
  config: Config,
  file: ProviderConfig,
): readonly { readonly what: string; readonly value: string }[] {
  const at = (path: string): string => `${config.baseUrl}${config.prefix}/${path}`;
  if (file.protocol === 'oidc') {
    return [
      { what: 'Redirect URI (sign-in)', value: at(`callback/${file.id}`) },
      { what: 'Post-logout redirect URI', value: at('signed-out') },
      { what: 'Back-channel logout URI', value: at(`backchannel/${file.id}`) },
      { what: 'Front-channel logout URI', value: at(`frontchannel/${file.id}`) },
    ];
  }
  return [
    { what: 'Metadata URL (has all of these)', value: at(`metadata/${file.id}`) },
    { what: 'ACS URL (single sign-on URL)', value: at(`acs/${file.id}`) },
    { what: 'Entity ID (audience)', value: file.entityId },
    { what: 'Single logout URL', value: at(`slo/${file.id}`) },
  ];
}

/** What the file says of the identity provider; never a secret. */
function factsOf(file: ProviderConfig): readonly (readonly [string, string])[] {
  const names = file.protocol === 'oidc' ? file.claims : file.attributes;
  const read = Object.entries(names).map(([what, from]) => [what, from.join(', ')] as const);
  if (file.protocol === 'oidc') {
    return [
      ['Issuer', file.issuer],
      ['Client ID', file.clientId],
      ['Client authentication', file.clientAuth.method.replaceAll('_', ' ')],
      ['Scopes', file.scopes.join(' ')],
      ...read,
    ];
  }
  const { idp } = file;
  return [
    [
      'Identity provider',
      idp.from === 'inline' ? idp.entityId : (idp.entityId ?? `from metadata (${idp.from})`),
    ],
    ['Must be signed', file.wantSigned],
    ['Unsolicited answers', file.allowUnsolicited ? 'accepted' : 'refused'],
    ...read,
  ];
}
