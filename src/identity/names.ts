/**
 * How names are compared: `Ann@x` and `ann@x` are one person's address, kept as written.
 * NFKC folds look-alike forms (full-width letters); locale-independent lower case keeps `I` from becoming `ı`.
 */
export function comparable(name: string): string {
  return name.normalize('NFKC').toLowerCase().normalize('NFKC').trim();
}

/**
 * The domain of an address in comparable form, or undefined when it has not exactly one `@`
 * with something on both sides. `a@b@c` has no domain anybody should trust.
 */
export function emailDomain(address: string): string | undefined {
  const parts = address.split('@');
  const [local, domain] = parts;
  if (parts.length !== 2 || !local || !domain) return undefined;
  return comparable(domain);
}
