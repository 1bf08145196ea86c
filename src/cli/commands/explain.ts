import { exit, type Command } from '../command.ts';
import { configOf } from '../configuration.ts';
import { explainLogin, loginFlags } from './explain-login.ts';
import { explainRequest, requestFlags } from './explain-request.ts';

export const explain: Command = {
  name: 'explain',
  summary: 'Tell step by step what a login or a request would lead to, and which line says so',
  usage:
    '(--provider NAME (--claims | --id-token | --saml-response) FILE [--look-up] | --provider NAME --user NAME | --reference REF | --request REQUEST [--user NAME]) [--json]',
  help: [
    'Reads a captured answer of an identity provider, or the last sign-in of a user, or the one whose number a page showed,',
    'and tells what the gateway reads, maps, decides and would change under the rules of today.',
    'It changes nothing. A captured answer is not verified: a signature may be absent, and it says so. Groups that a login',
    'would ask for elsewhere (groups.lookup) are asked for with --look-up only, by the credentials of the file; it says so too.',
    'With --request, tells which rule of the policy a request would meet: of a user, signed in --age ago with --acr, or of',
    'nobody.',
    'Exit code 0 when the login would be admitted, 1 when it would be refused.',
    'Example: doorward explain --provider okta --claims claims.json',
    "Example: doorward explain --request 'GET https://catalog.acme.example/admin' --user ann@acme.example",
  ].join('\n'),
  options: { ...loginFlags, ...requestFlags },
  words: [0, 0],
  async run(args, terminal) {
    const config = await configOf(args, terminal);
    if (!config) return exit.usage;
    const explained = args.flags['request'] === undefined ? explainLogin : explainRequest;
    return explained(config, args, terminal);
  },
};
