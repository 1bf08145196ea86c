/** What a proxy's configuration is made for. */
export interface ProxySettings {
  /** Host names that people type; at least one. */
  readonly hosts: readonly string[];
  /** Where the proxy listens: a port, or an address and a port. */
  readonly listen: string;
  /** The application, `host:port`. */
  readonly upstream: string;
  /** Doorward, `host:port`. */
  readonly gateway: string;
  /** Path of Doorward's pages, `/sso`. */
  readonly prefix: string;
  /** Paths of the proxy's certificate (with its chain) and key, PEM. */
  readonly certificate: string;
  readonly key: string;
  /** Headers that the application gets from Doorward. */
  readonly headers: readonly string[];
}

/** One file of a proxy's configuration. */
export interface ProxyFile {
  /** Where it usually lies. */
  readonly path: string;
  /** How a fenced block of Markdown calls it. */
  readonly language: string;
  readonly text: string;
}

/** Doorward's own paths besides its prefix. */
export const ourPaths = ['/.well-known/doorward/', '/scim/', '/admin'] as const;

/** What the gate looks at besides the description of a request: everything else may stay away from a check. */
export const askedWith = [
  'Cookie',
  'Authorization',
  'Accept',
  'Sec-Fetch-Mode',
  'X-Requested-With',
  'X-HTTP-Method-Override',
  'X-HTTP-Method',
  'X-Method-Override',
] as const;

/** The address part of {@link ProxySettings.listen}, where it has one. */
export function listenAddress(listen: string): { address: string | undefined; port: string } {
  const colon = listen.lastIndexOf(':');
  return colon === -1
    ? { address: undefined, port: listen }
    : { address: listen.slice(0, colon), port: listen.slice(colon + 1) };
}
