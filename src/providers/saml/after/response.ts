import { rejected } from '../rejected.ts';
import type { SeenResponse } from '../types.ts';
import type { Expected } from './expected.ts';

/**
 * The Response around the assertion: ours to take, from this identity provider, for this request.
 * A signed one must name its Issuer and Destination (saml-bindings 3.5.5.2, saml-profiles 4.1.4.2); in one that is not
 * signed they may be missing, for they prove nothing, but a wrong one is still refused.
 */
export function checkResponse(response: SeenResponse, expected: Expected): void {
  const { issuer, destination, inResponseTo } = response;
  if (response.signed && issuer === undefined) throw rejected('response.no_issuer');
  if (issuer !== undefined && issuer !== expected.idpEntityId) throw rejected('response.issuer');
  if (response.signed && destination === undefined) throw rejected('response.no_destination');
  if (destination !== undefined && destination !== expected.acsUrl) throw rejected('response.destination');
  if (inResponseTo !== undefined && inResponseTo !== expected.requestId)
    throw rejected('response.in_response_to');
}
