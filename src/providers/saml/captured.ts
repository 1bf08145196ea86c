import type { SamlProviderConfig } from '../../config/index.ts';
import type { Claims } from '../groups-claim.ts';
import { attributeMap } from './after/attributes.ts';
import { readAssertion } from './first-lock/read-assertion.ts';
import { responseLimits } from './limits.ts';
import { normalize, type Normalized } from './normalize.ts';
import { rejected } from './rejected.ts';
import { childrenNamed, is } from './xml/element.ts';
import { withXml } from './xml/document.ts';
import { ns } from './xml/names.ts';
import { scan } from './xml/scan.ts';
import { instant } from './xml/time.ts';

/**
 * Reads a captured Response or Assertion **without verifying anything**: to explain what it would mean, never to let
 * somebody in. Signature, times, audience and recipient are not looked at.
 *
 * @param text XML, or the base64 of a SAMLResponse parameter
 * @throws Failure `login_rejected` when it cannot be read
 */
export function readCapturedSaml(
  text: string,
  config: SamlProviderConfig,
): Normalized & { signed: boolean; claims: Claims } {
  const xml = text.trimStart().startsWith('<') ? text : Buffer.from(text, 'base64').toString('utf8');
  scan(xml, responseLimits);
  return withXml(xml, (root) => {
    if (is(root, ns.assertion, 'Assertion')) return explained(root);
    const [assertion] = childrenNamed(root, ns.assertion, 'Assertion');
    if (assertion === undefined) {
      const encrypted = childrenNamed(root, ns.assertion, 'EncryptedAssertion').length > 0;
      throw rejected(encrypted ? 'captured.encrypted' : 'captured.no_assertion');
    }
    return explained(assertion);

    function explained(element: Parameters<typeof readAssertion>[0]) {
      const seen = readAssertion(element);
      if (seen.nameId === undefined) throw rejected('subject.no_name_id');
      const [statement] = seen.statements;
      const signed = [root, element].some(
        (each) => childrenNamed(each, ns.signature, 'Signature').length > 0,
      );
      const normalized = normalize(
        {
          assertionId: seen.id ?? '',
          issuedAt: instant(seen.issueInstant, 'assertion') ?? 0,
          issuer: seen.issuer ?? '',
          nameId: seen.nameId,
          authentication: {
            at: instant(statement?.authnInstant, 'authentication') ?? 0,
            sessionIndex: statement?.sessionIndex,
            expiresAt: instant(statement?.sessionNotOnOrAfter, 'authentication'),
            classRef: statement?.classRef,
          },
          attributes: attributeMap(seen),
          usableUntil: 0,
          measuredSkew: 0,
        },
        config,
      );
      return { ...normalized, signed, claims: Object.fromEntries(attributeMap(seen)) };
    }
  });
}
