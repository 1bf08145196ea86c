import { callbackCases } from './callback-cases.ts';
import type { OidcCase } from './case.ts';
import { claimsCases } from './claims-cases.ts';
import { discoveryCases } from './discovery-cases.ts';
import { idTokenCases } from './id-token-cases.ts';
import { keysCases } from './keys-cases.ts';
import { pushedCases } from './pushed-cases.ts';
import { relativesCases } from './relatives-cases.ts';
import { signatureCases } from './signature-cases.ts';
import { signatureRelatives } from './signature-relatives.ts';
import { tenantCases } from './tenant-cases.ts';
import { tokenEndpointCases } from './token-endpoint-cases.ts';

/** Everything that a hostile, careless or merely odd OpenID provider does to us, in the order of the checklist. */
export const oidcCases: readonly OidcCase[] = [
  ...signatureCases,
  ...idTokenCases,
  ...callbackCases,
  ...tokenEndpointCases,
  ...keysCases,
  ...discoveryCases,
  ...tenantCases,
  ...claimsCases,
  ...pushedCases,
  ...relativesCases,
  ...signatureRelatives,
].toSorted((one, other) => one.row - other.row);
