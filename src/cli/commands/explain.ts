import { exit, type Command } from '../command.ts';
import { configOf } from '../configuration.ts';
import { explainLogin, loginFlags } from './explain-login.ts';

export const explain: Command = {
  name: 'explain',
  summary: 'Tell step by step what a login would lead to, and which line says so',
  usage:
    '(--provider NAME (--claims | --id-token | --saml-response) FILE | --provider NAME --user NAME | --reference REF) [--json]',
  help: [
    'Reads a captured answer of an identity provider, or the last sign-in of a user, or the one whose number a page showed,',
    'and tells what the gateway reads, maps, decides and would change under the rules of today.',
    'It changes nothing. A captured answer is not verified: a signature may be absent, and it says so.',
    'Exit code 0 when the login would be admitted, 1 when it would be refused.',
    'Example: doorward explain --provider okta --claims claims.json',
  ].join('\n'),
  options: loginFlags,
  words: [0, 0],
  async run(args, terminal) {
    const config = await configOf(args, terminal);
    return config ? explainLogin(config, args, terminal) : exit.usage;
  },
};
