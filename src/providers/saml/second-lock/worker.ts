/** The worker's file: one document in, what node-saml made of it out. Runs under plain Node, which strips the types. */
import { ClockedSaml, samlOptions } from './clocked-saml.ts';
import { addAlgorithms } from './more-algorithms.ts';
import { handOverPlaintext } from './plaintext.ts';
import { readXml2Js } from './read-xml2js.ts';
import type { SecondLockAnswer, SecondLockTask } from './task.ts';

addAlgorithms();

/** Without a task it only loads, which is what warms a thread up. */
export default async function open(task: SecondLockTask | undefined): Promise<SecondLockAnswer | undefined> {
  if (task === undefined) return undefined;
  handOverPlaintext(task.plaintext);
  try {
    const saml = new ClockedSaml(samlOptions(task), task.now);
    const { profile } = await saml.validatePostResponseAsync({
      SAMLResponse: Buffer.from(task.xml, 'utf8').toString('base64'),
    });
    // The profile mixes attributes with its own fields; only the assertion itself is read.
    const assertion = profile?.getAssertion?.();
    if (assertion === undefined) return { kind: 'refused', message: 'node-saml found no assertion' };
    return { kind: 'opened', seen: readXml2Js(assertion) };
  } catch (error) {
    return { kind: 'refused', message: error instanceof Error ? error.message : String(error) };
  } finally {
    handOverPlaintext(undefined);
  }
}
