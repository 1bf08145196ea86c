import { execFileSync } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A certificate for `localhost` and the loopback, by an authority of the test's own, as PEM files. */
export interface TestCertificates {
  readonly ca: string;
  readonly caText: string;
  readonly cert: string;
  readonly key: string;
  remove(): Promise<void>;
}

/** Makes them with the machine's openssl, in a folder that anybody may read. */
export async function testCertificates(names = 'DNS:localhost,IP:127.0.0.1'): Promise<TestCertificates> {
  const folder = await mkdtemp(join(tmpdir(), 'doorward-certificates-'));
  const file = (name: string) => join(folder, name);
  const openssl = (line: string) =>
    execFileSync('openssl', line.split(' '), { stdio: 'ignore', cwd: folder });
  const keyPair = '-newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes';
  openssl(
    `req -x509 ${keyPair} -days 2 -subj /CN=Authority -addext basicConstraints=critical,CA:TRUE -keyout ca.key -out ca.pem`,
  );
  openssl(`req ${keyPair} -subj /CN=server -keyout server.key -out server.csr`);
  await writeFile(file('names'), `subjectAltName=${names}\n`);
  openssl(
    'x509 -req -in server.csr -CA ca.pem -CAkey ca.key -CAcreateserial -days 2 -extfile names -out server.pem',
  );
  return {
    ca: file('ca.pem'),
    caText: await readFile(file('ca.pem'), 'utf8'),
    cert: file('server.pem'),
    key: file('server.key'),
    remove: () => rm(folder, { recursive: true, force: true }),
  };
}
