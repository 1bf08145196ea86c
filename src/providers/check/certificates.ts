import { X509Certificate } from 'node:crypto';
import { findingsOf, type Finding } from './finding.ts';

const day = 86_400_000;
/** From so many days before the end on, a warning. */
const warnDays = 30;

/**
 * Whether certificates (PEM) are in force, and for how long. When several may sign, one that is in force is enough: a
 * rollover has an old or a new one beside it.
 *
 * @param whose "the identity provider's" or "our"
 */
export function checkCertificates(
  provider: string | undefined,
  whose: string,
  certificates: readonly string[],
  now: number,
): Finding[] {
  const { ok, warn, fail } = findingsOf(provider);
  const dated = certificates.flatMap((pem) => {
    try {
      const { validFromDate, validToDate } = new X509Certificate(pem);
      return [{ from: validFromDate.getTime(), to: validToDate.getTime() }];
    } catch {
      return [];
    }
  });
  if (dated.length < certificates.length) {
    return [fail('certificate', `${capital(whose)} certificate cannot be read: it must be X.509 in PEM.`)];
  }
  const inForce = dated.filter(({ from, to }) => from <= now && now < to);
  if (inForce.length === 0) {
    const last = Math.max(...dated.map(({ to }) => to));
    return [
      fail(
        'certificate',
        last <= now
          ? `${capital(whose)} certificate ended on ${date(last)}: ask for the new one, or use its metadata URL.`
          : `${capital(whose)} certificate is not valid yet: is this machine's clock right?`,
      ),
    ];
  }
  const until = Math.max(...dated.map(({ to }) => to));
  const days = Math.floor((until - now) / day);
  const message = `${capital(whose)} certificate is valid until ${date(until)}, ${days} days from now.`;
  return [
    days <= warnDays
      ? warn('certificate', `${message} ${days <= 3 ? 'Change it now.' : 'Plan the change.'}`)
      : ok('certificate', message),
  ];
}

function date(at: number): string {
  return new Date(at).toISOString().slice(0, 10);
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
