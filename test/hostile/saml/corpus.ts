/**
 * Judges SAML documents of other projects' public test corpora, and prints a verdict for each. They are no part of this
 * repository: name a folder that holds them, XML or base64.
 *   SAML_CORPUS=~/ruby-saml/test node test/hostile/saml/corpus.ts [certificate.pem …]
 *
 * Nothing among them was made for our ACS at this hour. So each is judged by what it says of itself: its own issuer, its
 * destination, audience and request, and a clock that stands where it was issued; keys of any strength are trusted, those
 * of the command line and, in a second column, whichever certificate the document brings along. What is let in under such
 * conditions is let in for its signatures and its shape alone: read the list of them.
 */
import { X509Certificate, type KeyObject } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Failure } from '../../../src/identity/index.ts';
import { agree } from '../../../src/providers/saml/agreement.ts';
import { checkLogin } from '../../../src/providers/saml/after/index.ts';
import { openWith } from '../../../src/providers/saml/first-lock/open.ts';
import { createSecondLock } from '../../../src/providers/saml/index.ts';
import { maxAssertionAge, responseLimits } from '../../../src/providers/saml/limits.ts';
import { statusSuccess } from '../../../src/providers/saml/xml/names.ts';
import { scan } from '../../../src/providers/saml/xml/scan.ts';

const folder = process.env['SAML_CORPUS'];
if (folder === undefined) {
  process.stderr.write('SAML_CORPUS names no folder: set it to one with SAML documents.\n');
  process.exit(2);
}
const secondLock = createSecondLock({ threads: 1, queue: 8, timeout: 30_000 });
const named = process.argv.slice(2).map((path) => readFileSync(path, 'utf8'));

/** What a document says of itself, read as carelessly as one likes: it only sets the stage. */
function stageOf(xml: string) {
  const attribute = (name: string): string | undefined =>
    new RegExp(`\\s${name}=["']([^"']*)["']`).exec(xml)?.[1];
  const element = (name: string): string | undefined =>
    new RegExp(`<(?:\\w+:)?${name}[^>]*>\\s*([^<]*?)\\s*</`).exec(xml)?.[1];
  const issued = Date.parse(attribute('IssueInstant') ?? '');
  return {
    idpEntityId: element('Issuer') ?? '',
    spEntityId: element('Audience') ?? '',
    acsUrl: attribute('Destination') ?? attribute('Recipient') ?? '',
    requestId: attribute('InResponseTo'),
    now: Number.isNaN(issued) ? Date.now() : issued,
    clockTolerance: 300_000,
    maxAuthenticationAge: undefined,
  };
}

function certificatesIn(xml: string): readonly string[] {
  return [...xml.matchAll(/X509Certificate[^>]*>([A-Za-z0-9+/=\s]+)</g)].map(
    ([, body = '']) =>
      `-----BEGIN CERTIFICATE-----\n${body.replaceAll(/\s/g, '').replaceAll(/.{64}/g, '$&\n')}\n-----END CERTIFICATE-----\n`,
  );
}

function keyOf(pem: string): readonly KeyObject[] {
  try {
    return [new X509Certificate(pem).publicKey];
  } catch {
    return [];
  }
}

type Policy = 'both' | 'assertion' | 'response';

async function judge(xml: string, certificates: readonly string[], wantSigned: Policy): Promise<string> {
  const stage = stageOf(xml);
  try {
    scan(xml, responseLimits);
    const keys = certificates.flatMap(keyOf);
    const trust = { keys, allowWeak: ['sha1', 'cbc', 'rsa15'] as const };
    const { response, assertion, plaintext } = openWith(xml, { trust, wantSigned, decryption: undefined });
    if (assertion === undefined) return `no assertion: ${response.status.code}`;
    if (response.status.code !== statusSuccess) return `status ${response.status.code}`;
    const { nameId } = checkLogin(response, assertion, stage);
    const task = { xml, plaintext, certificates, wantSigned, maxAssertionAge, ...stage };
    agree(assertion, await secondLock.open(task));
    return `LET IN as ${nameId.value}`;
  } catch (error) {
    if (!(error instanceof Failure)) return `THREW ${String(error)}`;
    return `${error.detail}${error.cause instanceof Error ? ` (${error.cause.message.slice(0, 80)})` : ''}`;
  }
}

const names = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) =>
  /\.(xml|base64|b64)$/.test(name),
);
let [documents, letIn, threw] = [0, 0, 0];
for (const name of names.toSorted()) {
  const content = readFileSync(join(folder, name), 'utf8').trim();
  const xml = content.startsWith('<') ? content : Buffer.from(content, 'base64').toString('utf8');
  if (!/<(\w+:)?Response/.test(xml)) continue;
  documents += 1;
  for (const wantSigned of ['both', 'assertion', 'response'] as const) {
    const verdicts = [
      ['named', named],
      ['own', certificatesIn(xml)],
    ] as const;
    for (const [whose, certificates] of verdicts) {
      if (certificates.length === 0) continue;
      const verdict = await judge(xml, certificates, wantSigned);
      if (verdict.startsWith('LET IN')) letIn += 1;
      if (verdict.startsWith('THREW')) threw += 1;
      process.stdout.write(`${name}  ·  ${wantSigned} signed  ·  ${whose} keys  ·  ${verdict}\n`);
    }
  }
}
process.stdout.write(`${documents} responses, ${letIn} times let in, ${threw} times an error of ours\n`);
await secondLock.close();
process.exitCode = threw === 0 ? 0 : 1;
