import type { XmlElement } from 'libxml2-wasm';
import { attribute, onlyChild, requiredText } from '../xml/element.ts';
import { ns } from '../xml/names.ts';
import { rejected } from '../rejected.ts';
import type { SeenResponse, SeenStatus } from '../types.ts';

/** Reads the Response element (saml-core 3.2.2): from the verified text where it was signed. */
export function readResponse(root: XmlElement, signed: boolean): SeenResponse {
  if (attribute(root, 'Version') !== '2.0') throw rejected('response.version');
  const issuer = onlyChild(root, ns.assertion, 'Issuer');
  return {
    signed,
    id: attribute(root, 'ID') ?? '',
    destination: attribute(root, 'Destination'),
    inResponseTo: attribute(root, 'InResponseTo'),
    issuer: issuer === undefined ? undefined : requiredText(issuer),
    status: readStatus(root),
  };
}

function readStatus(root: XmlElement): SeenStatus {
  const status = onlyChild(root, ns.protocol, 'Status');
  const code = status === undefined ? undefined : onlyChild(status, ns.protocol, 'StatusCode');
  const value = code === undefined ? undefined : attribute(code, 'Value');
  if (status === undefined || code === undefined || value === undefined) throw rejected('response.no_status');
  const subCode = onlyChild(code, ns.protocol, 'StatusCode');
  const message = onlyChild(status, ns.protocol, 'StatusMessage');
  return {
    code: value,
    subCode: subCode === undefined ? undefined : attribute(subCode, 'Value'),
    message: message === undefined ? undefined : requiredText(message),
  };
}
