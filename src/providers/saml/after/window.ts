import { rejected } from '../rejected.ts';
import { instant } from '../xml/time.ts';
import type { Expected } from './expected.ts';

/**
 * Is now inside [NotBefore, NotOnOrAfter), give or take the tolerance? (saml-core 2.5.1.2) The refusal's private cause
 * says by how much it is not, which is what an administrator with a wrong clock needs.
 */
export function checkWindow(
  window: { readonly notBefore: string | undefined; readonly notOnOrAfter: string | undefined },
  what: string,
  expected: Expected,
): void {
  const notBefore = instant(window.notBefore, what);
  const notOnOrAfter = instant(window.notOnOrAfter, what);
  if (notBefore !== undefined && notBefore - expected.now > expected.clockTolerance) {
    throw rejected(`${what}.not_yet_valid`, seconds('valid only in', notBefore - expected.now));
  }
  if (notOnOrAfter !== undefined && expected.now - notOnOrAfter >= expected.clockTolerance) {
    throw rejected(`${what}.expired`, seconds('expired since', expected.now - notOnOrAfter));
  }
}

function seconds(words: string, milliseconds: number): Error {
  return new Error(`${words} ${Math.round(milliseconds / 1000)} s by our clock`);
}
