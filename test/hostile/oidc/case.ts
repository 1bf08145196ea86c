import type { OidcProviderConfig } from '../../../src/config/index.ts';
import type { Behaviour, HostileOp, OpKey } from '../../support/hostile-op.ts';
import { logIn, type Outcome, type Target, type World } from '../../support/oidc-rp.ts';

/** What a case is played with. */
export interface Bench {
  readonly rp: Target & {
    /** Everything that was logged, as text. */
    readonly said: string[];
    /** Puts another provider file in the place of the first, which knows nothing of what the first had learned. */
    configure(overrides: Partial<OidcProviderConfig>, world?: World): unknown;
  };
  readonly op: HostileOp;
  /** Keys made once: another RSA key, an EC key, and an RSA key that is too short. */
  readonly keys: { readonly other: OpKey; readonly ec: OpKey; readonly short: OpKey };
}

/** What has to come of it: a label of the failure, or somebody signed in, with these fields. */
export type Expected =
  | { readonly failed: string; readonly detail: string }
  | { readonly asserted: Readonly<Record<string, unknown>> }
  | { readonly refused: 'idp_denied' | 'idp_deactivated' };

/** One way to attack, or to be odd, as data. */
export interface OidcCase {
  /** Row of the checklist that it belongs to. */
  readonly row: number;
  /** The module of the OpenID Foundation's conformance suite that it repeats, where there is one. */
  readonly module?: string;
  readonly sentence: string;
  readonly config?: Partial<OidcProviderConfig>;
  readonly behaviour?: Behaviour | ((bench: Bench) => Behaviour);
  /** What is done, in place of one plain login. Throws when something besides the outcome is wrong. */
  readonly run?: (bench: Bench) => Promise<Outcome>;
  readonly expected: Expected;
}

/** Plays a case, from a provider that knows nothing yet. */
export async function play(one: OidcCase, bench: Bench): Promise<Outcome> {
  const { op, rp } = bench;
  op.behave(typeof one.behaviour === 'function' ? one.behaviour(bench) : one.behaviour);
  rp.configure({ issuer: op.issuer, ...one.config });
  return one.run === undefined ? logIn(rp) : one.run(bench);
}

/** `oidcc-client-test-…: sentence`, or the sentence alone. */
export function titleOf(one: OidcCase): string {
  return one.module === undefined ? one.sentence : `${one.sentence} (oidcc-client-test-${one.module})`;
}

/** The outcome in the form of what was expected, to compare the two. */
export function summary(outcome: Outcome, expected: Expected): unknown {
  if (outcome.kind === 'failed') return { failed: outcome.code, detail: outcome.detail };
  if (outcome.kind === 'refused') return { refused: outcome.reason };
  const wanted = 'asserted' in expected ? Object.keys(expected.asserted) : [];
  const assertion = Object.entries(outcome.assertion).filter(([key]) => wanted.includes(key));
  return { asserted: Object.fromEntries(assertion) };
}

/** The answer could not be verified. */
export const rejected = (detail: string): Expected => ({
  failed: 'login_rejected',
  detail: `oidc.${detail}`,
});
/** The provider cannot be asked. */
export const unavailable = (detail: string): Expected => ({
  failed: 'idp_unavailable',
  detail: `oidc.${detail}`,
});
/** Ann is signed in. */
export const ann: Expected = { asserted: { subject: 'ann' } };
