import { presetNamed, presetNames } from '../../config/index.ts';
import { nearest } from '../nearest.ts';
import { isProxyName, proxies } from '../proxy-config/index.ts';
import type { Answers } from './answers.ts';

/** What the answers come to: everything that the files are written from. */
export interface InitPlan {
  readonly baseUrl: string;
  readonly preset: string;
  readonly protocol: 'oidc' | 'saml';
  /** Keys of the provider's file beside the preset and the client. */
  readonly keys: Readonly<Record<string, string>>;
  readonly clientId: string | undefined;
  /** Name of a proxy, or undefined for the built-in one. */
  readonly proxy: keyof typeof proxies | undefined;
  /** Where the application listens: HOST:PORT. */
  readonly upstream: string;
  readonly contact: string;
}

const words: Readonly<Record<string, string>> = {
  domain: 'Host name of your organization there, such as acme.okta.com',
  tenant: 'Directory (tenant) id, a GUID',
  realm: 'Name of the realm',
  environment: 'Environment id, a GUID',
};

/** Asks what has to be known, in the order in which people know it. */
export async function makePlan(answers: Answers): Promise<InitPlan> {
  const preset = await answers.get('provider', `Which identity provider? (${presetNames.join(', ')})`, {
    wrong: (value) => {
      if (presetNamed(value) !== undefined) return undefined;
      const near = nearest(value, presetNames);
      return `there is none of that name${near === undefined ? '' : `; did you mean ${near}?`}`;
    },
  });
  const habits = presetNamed(preset);
  const protocol = habits?.prefers ?? 'oidc';
  const template = protocol === 'oidc' ? habits?.oidc?.issuer : habits?.saml?.metadata;
  const keys: Record<string, string> = {};
  if (template === undefined) {
    const name = protocol === 'oidc' ? 'issuer' : 'metadata';
    keys[name] = await answers.get(
      name,
      protocol === 'oidc'
        ? 'Issuer of the identity provider, an https URL'
        : "Address of the identity provider's metadata, an https URL",
      { wrong: webAddress },
    );
  } else {
    for (const [, name = ''] of template.url.matchAll(/\{(\w+)\}/g)) {
      if (template.defaults !== undefined && Object.hasOwn(template.defaults, name)) continue;
      if (name === 'entityId') continue;
      keys[name] = await answers.get(name, words[name] ?? name);
    }
  }
  const clientId =
    protocol === 'oidc' ? await answers.get('client-id', 'Client id that it gave you') : undefined;
  const baseUrl = await answers.get(
    'base-url',
    'Address that people type, such as https://catalog.acme.example',
    {
      usual: 'http://localhost:4180',
      wrong: webAddress,
    },
  );
  const proxy = await answers.get(
    'proxy',
    `Which proxy stands in front? (${Object.keys(proxies).join(', ')}, or none: the built-in one)`,
    {
      usual: 'none',
      wrong: (value) => (value === 'none' || isProxyName(value) ? undefined : 'there is none of that name'),
    },
  );
  const upstream = await answers.get('upstream', 'Where your application listens, HOST:PORT', {
    usual: '127.0.0.1:8080',
    wrong: (value) => (/^[a-z0-9_.-]+:\d{1,5}$/i.test(value) ? undefined : 'expected HOST:PORT'),
  });
  const contact = await answers.get('contact', 'Whom a refused person should write to', {
    usual: `help@${new URL(baseUrl).hostname}`,
  });
  return {
    baseUrl: new URL(baseUrl).origin,
    preset,
    protocol,
    keys,
    clientId,
    proxy: isProxyName(proxy) ? proxy : undefined,
    upstream,
    contact,
  };
}

function webAddress(value: string): string | undefined {
  const url = URL.parse(value);
  return url?.protocol === 'https:' || url?.protocol === 'http:' ? undefined : 'expected an https URL';
}
