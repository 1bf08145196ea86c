import { createPrivateKey, X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import type { Report } from '../problems.ts';
import type { GatewayFile } from '../schema/gateway-file.ts';
import type { TlsConfig } from '../types.ts';

/** Where certificate and key are, both read once so that a mistake is told before anybody meets it. */
export function buildTls(file: GatewayFile, dir: string, report: Report): TlsConfig | undefined {
  if (file.tls === undefined) return undefined;
  const tls = { certificate: resolve(dir, file.tls.certificate), key: resolve(dir, file.tls.key) };
  if (file.baseUrl?.startsWith('http:') === true) {
    report.problem('tls', 'expected an https baseUrl where the gateway speaks https');
  }
  const certificate = readable(
    'tls.certificate',
    'a certificate',
    () => new X509Certificate(readFileSync(tls.certificate)),
  );
  const key = readable('tls.key', 'a private key without a passphrase', () =>
    createPrivateKey(readFileSync(tls.key)),
  );
  if (certificate && key && !certificate.checkPrivateKey(key)) {
    report.problem('tls.key', 'is not the key of the certificate');
  }
  return tls;

  function readable<T>(key: string, what: string, read: () => T): T | undefined {
    try {
      return read();
    } catch (error) {
      const code = Error.isError(error) && 'code' in error ? String(error.code) : '';
      const cause =
        code === 'ENOENT'
          ? 'no such file'
          : code === 'EACCES'
            ? 'the file may not be read'
            : `expected ${what} in PEM form`;
      report.problem(key, cause);
      return undefined;
    }
  }
}
