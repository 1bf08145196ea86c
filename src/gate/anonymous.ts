import type { HeadersConfig } from '../config/index.ts';
import { admittedAnswer } from './answers.ts';
import { assertionHeader } from './header-names.ts';
import { noIdentityHeaders } from './identity-headers.ts';
import type { Admission } from './types.ts';

/** Lets somebody in as nobody: every identity header is there and empty, so that no client can fill one in. */
export function anonymousAdmission(config: HeadersConfig): Admission & { kind: 'anonymous' } {
  const headers = noIdentityHeaders(config);
  return { kind: 'anonymous', headers: [...headers, assertionHeader, ''], answer: admittedAnswer(headers) };
}
