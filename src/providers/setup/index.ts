/**
 * setup: what two administrators have to tell each other, ours and the identity provider's.
 *
 * One source for `doorward providers show` and for docs/providers/: addresses of ours, claims to release, what the gateway
 * expects, and the clicks in between. Pure data and pure functions; asks nobody anything.
 *
 *   provider's file │ preset ─▶ Described ─▶ factsOf ─▶ Facts ─▶ text of the command │ Markdown of the guide
 */
import type { Addresses } from './addresses.ts';

export { addressesOf, type Addresses } from './addresses.ts';
export { describedByFile, describedByPreset, type Described } from './described.ts';
export { factsOf, type Fact, type Facts } from './facts.ts';
export { guides, type Guide, type ProtocolGuide } from './guides/index.ts';

/** A step with our addresses put in. */
export function fillStep(step: string, addresses: Addresses & { readonly entityId: string }): string {
  return step.replaceAll(
    /\{(\w+)\}/g,
    (whole, key: string) => (addresses as unknown as Record<string, string>)[key] ?? whole,
  );
}
