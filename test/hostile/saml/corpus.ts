/**
 * Runs SAML documents of other projects' public test corpora through both locks and prints a verdict for each. They are
 * not part of this repository: name a folder that holds them, XML or base64, and the certificates to trust (PEM files).
 *   SAML_CORPUS=~/ruby-saml/test/responses node test/hostile/saml/corpus.ts [certificate.pem …]
 * Nothing among them was made for our ACS at this hour, so none may come in; what is of interest is the reason.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createSecondLock } from '../../../src/providers/saml/index.ts';
import { fixtureIdp } from '../../support/saml-provider.ts';
import { judge } from './judge.ts';

const folder = process.env['SAML_CORPUS'];
if (folder === undefined) {
  process.stderr.write('SAML_CORPUS names no folder: set it to one with SAML documents.\n');
  process.exit(2);
}
const certificates = process.argv.slice(2).map((path) => readFileSync(path, 'utf8'));
const secondLock = createSecondLock({ threads: 1, queue: 8, timeout: 30_000 });
const names = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) =>
  /\.(xml|base64|b64)$/.test(name),
);
let accepted = 0;
for (const name of names.toSorted()) {
  const content = readFileSync(join(folder, name), 'utf8').trim();
  const text = content.startsWith('<') ? content : Buffer.from(content, 'base64').toString('utf8');
  for (const wantSigned of ['both', 'assertion', 'response'] as const) {
    const { verdict } = await judge(
      {
        row: 0,
        sentence: name,
        document: () => text,
        verdict: 'accepted',
        config: {
          wantSigned,
          allowWeak: ['sha1', 'cbc', 'rsa15'],
          ...(certificates.length > 0 && {
            idp: {
              from: 'inline',
              entityId: fixtureIdp,
              ssoUrl: 'https://idp.acme.example/sso',
              sloUrl: undefined,
              certificates,
            },
          }),
        },
      },
      secondLock,
    );
    if (verdict === 'accepted') accepted += 1;
    process.stdout.write(`${name}  ·  ${wantSigned}  ·  ${verdict}\n`);
  }
}
process.stdout.write(`${names.length} documents, ${accepted} times let in\n`);
await secondLock.close();
process.exitCode = accepted === 0 ? 0 : 1;
