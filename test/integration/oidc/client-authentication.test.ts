import { generateKeyPairSync, type KeyObject } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { ClientMetadata, SigningAlgorithm } from 'oidc-provider';
import type { OidcProviderConfig } from '../../../src/config/index.ts';
import { logIn, type Rp, rpClient, startRp } from '../../support/oidc-rp.ts';
import { type Op, opClient, startOp } from '../../support/op.ts';

const keys = {
  RS256: generateKeyPairSync('rsa', { modulusLength: 2048 }),
  ES256: generateKeyPairSync('ec', { namedCurve: 'P-256' }),
  ES384: generateKeyPairSync('ec', { namedCurve: 'P-384' }),
  Ed25519: generateKeyPairSync('ed25519'),
};

const published = (key: KeyObject, kid: string) => ({ ...key.export({ format: 'jwk' }), kid });
const pem = (key: KeyObject): string => key.export({ format: 'pem', type: 'pkcs8' }).toString();

/** A client as it is registered at the provider, and as its file describes it. */
interface Way {
  readonly name: string;
  readonly registered: Partial<ClientMetadata>;
  readonly clientAuth: OidcProviderConfig['clientAuth'];
}

const byKey = Object.entries(keys).map(([alg, pair]): Way => ({
  name: `private_key_jwt with ${alg}`,
  registered: {
    client_secret: undefined,
    token_endpoint_auth_method: 'private_key_jwt',
    token_endpoint_auth_signing_alg: alg as SigningAlgorithm,
    jwks: { keys: [published(pair.publicKey, alg)] as any },
  },
  clientAuth: { method: 'private_key_jwt', privateKeyPem: pem(pair.privateKey), keyId: alg },
}));

const ways: readonly Way[] = [
  {
    name: 'client_secret_basic',
    registered: { token_endpoint_auth_method: 'client_secret_basic' },
    clientAuth: { method: 'client_secret_basic', secret: rpClient.secret },
  },
  {
    name: 'client_secret_post',
    registered: { token_endpoint_auth_method: 'client_secret_post' },
    clientAuth: { method: 'client_secret_post', secret: rpClient.secret },
  },
  ...byKey,
  {
    name: 'no authentication, as a public client',
    registered: { client_secret: undefined, token_endpoint_auth_method: 'none' },
    clientAuth: { method: 'none' },
  },
];

describe('client authentication at a real OpenID provider', () => {
  let rp: Rp;
  let op: Op;
  beforeAll(async () => {
    rp = await startRp();
    const clients = ways.map(({ name, registered }) => ({
      ...opClient,
      ...registered,
      client_id: name.replaceAll(/[^a-z0-9]/gi, '-'),
    }));
    op = await startOp(rp.redirectUri, {
      clients,
      par: 'offered',
      configuration: {
        clientAuthMethods: ['client_secret_basic', 'client_secret_post', 'private_key_jwt', 'none'],
        enabledJWA: { clientAuthSigningAlgValues: ['RS256', 'PS256', 'ES256', 'ES384', 'Ed25519'] },
      },
    });
  });
  afterAll(async () => {
    await rp.close();
    await op.close();
  });

  it.each(ways.map((way) => [way.name, way] as const))('works with %s', async (name, { clientAuth }) => {
    rp.configure({ issuer: op.issuer, clientId: name.replaceAll(/[^a-z0-9]/gi, '-'), clientAuth });
    op.requests.length = 0;
    expect(await logIn(rp)).toMatchObject({ kind: 'asserted', assertion: { subject: 'sub-ann' } });
    // The request was pushed, which proves who we are a second time.
    expect(op.requests).toContain('/request');
  });

  it('says that the provider did not accept the secret', async () => {
    rp.configure({
      issuer: op.issuer,
      clientId: 'client-secret-basic',
      clientAuth: { method: 'client_secret_basic', secret: 'an-old-secret' },
    });
    // Pushing is refused, the browser is sent all the same, and then the code is not exchanged.
    expect(await logIn(rp)).toMatchObject({ kind: 'failed', code: 'login_rejected' });
    expect(rp.said.join()).not.toContain('an-old-secret');
  });

  it('fails as our own mistake when the configured key is none', async () => {
    rp.configure({
      issuer: op.issuer,
      clientAuth: { method: 'private_key_jwt', privateKeyPem: 'not a key', keyId: undefined },
    });
    expect(await logIn(rp)).toEqual({ kind: 'failed', code: 'internal', detail: 'oidc.private_key' });
  });
});
