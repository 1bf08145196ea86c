import type { Config } from '../../config/index.ts';

/** Our side of one provider: everything that its administrator types in there. */
export interface Addresses {
  /** OIDC redirect URI. */
  readonly redirectUri: string;
  /** Where a login begins; "initiate login URI", "sign-on URL". */
  readonly login: string;
  /** Where people come back to after signing out at the identity provider. */
  readonly signedOut: string;
  readonly backChannelLogout: string;
  readonly frontChannelLogout: string;
  /** SAML assertion consumer service. */
  readonly acs: string;
  /** SAML metadata of ours; its address is our entity id where the file gives none. */
  readonly metadata: string;
  /** SAML single logout service. */
  readonly singleLogout: string;
}

/** Every address is made of baseUrl and prefix, never of a request. */
export function addressesOf({ baseUrl, prefix }: Pick<Config, 'baseUrl' | 'prefix'>, id: string): Addresses {
  const at = (what: string) => `${baseUrl}${prefix}/${what}/${id}`;
  return {
    redirectUri: at('callback'),
    login: at('login'),
    signedOut: `${baseUrl}${prefix}/signed-out`,
    backChannelLogout: at('backchannel'),
    frontChannelLogout: at('frontchannel'),
    acs: at('acs'),
    metadata: at('metadata'),
    singleLogout: at('slo'),
  };
}
