import type { GroupsRule } from '../../config/index.ts';
import type { GroupsClaim } from '../../identity/index.ts';

/** One `type=value` of a distinguished name; the value may hold escaped or quoted characters (RFC 4514, section 3). */
const first =
  /^\s*([A-Za-z][A-Za-z0-9-]*|\d+(?:\.\d+)*)\s*=\s*("(?:[^"\\]|\\.)*"|(?:[^,;+"\\<>]|\\[0-9A-Fa-f]{2}|\\[^0-9A-Fa-f])*)\s*(?=$|[,;+])/su;

/**
 * The common name that a distinguished name begins with: `CN=Data Engineers,OU=Groups,DC=acme` is `Data Engineers`. What is
 * no distinguished name, or begins with something else, stays as it is.
 */
export function commonName(name: string): string {
  const [, type = '', raw = ''] = first.exec(name) ?? [];
  if (!/^(cn|2\.5\.4\.3)$/i.test(type)) return name;
  const value = raw.startsWith('"') ? raw.slice(1, -1) : raw.trimEnd();
  const plain = unescape(value);
  return plain === undefined || plain === '' ? name : plain;
}

/** `\,` is a comma, and `\C3\A9` two bytes of UTF-8; undefined when the bytes are none. */
function unescape(value: string): string | undefined {
  const bytes: Buffer[] = [];
  for (const part of value.match(/\\[0-9A-Fa-f]{2}|\\.|[^\\]+/gsu) ?? []) {
    if (!part.startsWith('\\')) bytes.push(Buffer.from(part));
    else if (part.length === 3) bytes.push(Buffer.from(part.slice(1), 'hex'));
    else bytes.push(Buffer.from(part.slice(1)));
  }
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(Buffer.concat(bytes));
  } catch {
    return undefined;
  }
}

/** A claim with the names as the file wants them read: `groups.dn`. */
export function withReadableNames(claim: GroupsClaim, { dn }: Pick<GroupsRule, 'dn'>): GroupsClaim {
  return dn === 'cn' && claim.kind === 'present'
    ? { kind: 'present', names: [...new Set(claim.names.map(commonName))] }
    : claim;
}
