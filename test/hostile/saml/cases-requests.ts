import { big } from './big.ts';
import { flowKey, readDocument, type Case, type Post } from './judge.ts';

const good = 'valid/both-are-signed';
const encoded = (name = good): string => Buffer.from(readDocument(name), 'utf8').toString('base64');
const refused = (
  row: number,
  sentence: string,
  code: string,
  detail: string,
  more: Partial<Case> = {},
): Case => ({
  row,
  sentence,
  document: good,
  verdict: { code, detail: `saml.${detail}` },
  ...more,
});
const posted = (row: number, sentence: string, code: string, detail: string, post: Post): Case =>
  refused(row, sentence, code, detail, { post });
const raw = (row: number, sentence: string, detail: string, body: string): Case =>
  refused(row, sentence, 'login_rejected', detail, { document: () => body, post: { raw: true } });
const large = (sentence: string, code: string, detail: string, document: () => string): Case =>
  refused(9, sentence, code, detail, { document });
const { login_rejected: no } = { login_rejected: 'login_rejected' } as const;

/** What is wrong with the post itself, with the moment, with the policy, or with nothing but the size. */
export const requestCases: readonly Case[] = [
  refused(12, 'only the assertion is signed and the file wants both', no, 'signature.response_missing', {
    document: 'valid/only-the-assertion-is-signed',
  }),
  refused(12, 'only the response is signed and the file wants both', no, 'signature.assertion_missing', {
    document: 'valid/only-the-response-is-signed',
  }),
  refused(
    12,
    'only the response is signed and the file wants the assertion',
    no,
    'signature.assertion_missing',
    { document: 'valid/only-the-response-is-signed', config: { wantSigned: 'assertion' } },
  ),
  refused(
    12,
    'only the assertion is signed and the file wants the response',
    no,
    'signature.response_missing',
    { document: 'valid/only-the-assertion-is-signed', config: { wantSigned: 'response' } },
  ),
  refused(10, 'signed with SHA-1 that was not allowed', no, 'signature.algorithm', {
    document: 'valid/signed-with-sha1',
  }),
  refused(11, 'encrypted for us although we have no key', no, 'decryption.no_key', {
    document: 'valid/encrypted-with-aes-gcm',
    config: { decryption: undefined },
  }),
  refused(5, 'signed with a key of the same identity provider that is not pinned', no, 'signature.invalid', {
    document: 'valid/signed-with-the-next-key-in-a-rollover',
  }),
  refused(13, 'the response to one provider at the address of another', no, 'response.destination', {
    config: { id: 'onelogin' },
  }),
  refused(20, 'nobody asked for it', 'login_state_unknown', 'flow.missing', {
    document: 'valid/nobody-asked-for-it',
    post: { fields: { RelayState: '' } },
  }),
  refused(
    20,
    'nobody asked for it and a login of another kind is under way',
    no,
    'subject.no_in_response_to',
    { document: 'valid/nobody-asked-for-it', config: { allowUnsolicited: true } },
  ),
  refused(20, 'an answer to a request is posted as if nobody had asked', no, 'response.in_response_to', {
    config: { allowUnsolicited: true },
    post: { fields: { RelayState: '' }, browser: undefined },
  }),
  posted(21, 'the relay state is a URL', 'login_state_unknown', 'flow.missing', {
    fields: { RelayState: 'https://evil.example/' },
  }),
  posted(21, 'the relay state is HTML', 'login_state_unknown', 'flow.missing', {
    fields: { RelayState: '<script>alert(1)</script>' },
  }),
  posted(21, 'the relay state is a megabyte', 'login_state_unknown', 'flow.missing', {
    fields: { RelayState: 'a'.repeat(1_000_000) },
  }),
  posted(21, 'the relay state is missing', 'login_state_unknown', 'flow.missing', {
    fields: { RelayState: undefined },
  }),
  posted(9, 'a GET with everything in the query', 'method_not_allowed', 'envelope.method', { method: 'GET' }),
  posted(9, 'a form of another type', 'unsupported_media_type', 'envelope.content_type', {
    type: 'multipart/form-data; boundary=x',
  }),
  posted(9, 'a JSON body', 'unsupported_media_type', 'envelope.content_type', { type: 'application/json' }),
  posted(9, 'two responses in one form', 'bad_request', 'envelope.repeated_SAMLResponse', {
    fields: { SAMLResponse: [encoded(), encoded()] },
  }),
  posted(9, 'an object in place of the response', 'bad_request', 'envelope.repeated_SAMLResponse', {
    fields: { SAMLResponse: { 0: encoded() } },
  }),
  posted(9, 'two relay states in one form', 'bad_request', 'envelope.repeated_RelayState', {
    fields: { RelayState: [flowKey, flowKey] },
  }),
  posted(9, 'an empty response', 'bad_request', 'envelope.no_response', { fields: { SAMLResponse: '' } }),
  posted(22, 'a logout request at the address for logins', 'bad_request', 'envelope.no_response', {
    fields: { SAMLResponse: undefined, SAMLRequest: encoded() },
  }),
  raw(
    9,
    'base64 with rubbish in it',
    'envelope.base64',
    `${encoded().slice(0, 100)}****${encoded().slice(104)}`,
  ),
  raw(9, 'base64 that ends too early', 'envelope.base64', encoded().slice(0, 101)),
  raw(9, 'base64 of another alphabet', 'envelope.base64', '-_-_'),
  raw(9, 'XML that is not encoded at all', 'envelope.base64', '<samlp:Response/>'),
  raw(
    9,
    'bytes that are not UTF-8',
    'envelope.utf8',
    Buffer.from([0x3c, 0x61, 0xff, 0xfe, 0x2f, 0x3e]).toString('base64'),
  ),
  raw(
    9,
    'UTF-16 in place of UTF-8',
    'envelope.utf8',
    Buffer.from(`\uFEFF${readDocument(good)}`, 'utf16le').toString('base64'),
  ),
  raw(9, 'a NUL character', 'xml.forbidden_character', Buffer.from('<a>\0</a>').toString('base64')),
  raw(
    9,
    'a compressed response as of the redirect binding',
    'envelope.utf8',
    Buffer.from([0x9d, 0x8f, 0xbb, 0x4e, 0xc3, 0x30]).toString('base64'),
  ),
  refused(9, 'more than a megabyte', 'payload_too_large', 'envelope.size', {
    document: () => 'A'.repeat(1_200_000),
    post: { raw: true },
  }),
  large('60,000 attributes on one element', no, 'xml.too_many_attributes', big.aHundredThousandAttributes),
  large('40,000 namespaces on one element', no, 'xml.too_many_attributes', big.aHundredThousandNamespaces),
  large(
    '48,000 attributes on 1,500 elements',
    no,
    'xml.too_many_attributes',
    big.manyAttributesOnManyElements,
  ),
  large('29,000 attributes on 900 elements', no, 'signature.digest', big.manyAttributes),
  large('29,000 namespaces on 900 elements', no, 'signature.digest', big.manyNamespacesOnManyElements),
  large('namespaces on every level', no, 'signature.digest', big.namespacesOnEveryLevel),
  large('undeclared prefixes everywhere', no, 'xml.malformed', big.undeclaredPrefixesEverywhere),
  large('50,000 levels', no, 'xml.too_deep', big.aHundredThousandLevels),
  large('100,000 elements', no, 'xml.too_many_elements', big.aHundredThousandElements),
  large('19,000 IDs', no, 'structure.too_many_ids', big.aHundredThousandIds),
  large('80,000 comments', no, 'xml.too_many_elements', big.aHundredThousandComments),
  large('9,000 signatures', no, 'signature.elsewhere', big.aHundredThousandSignatures),
  large('a text of 700,000 characters', no, 'signature.digest', big.aHugeTextNode),
  large('an attribute of 700,000 characters', no, 'signature.digest', big.aHugeAttribute),
  large('a comment of 700,000 characters', no, 'signature.digest', big.aHugeComment),
  large('a start tag that never ends', no, 'xml.malformed', big.anEndlessStartTag),
  large('a comment that never ends', no, 'xml.malformed', big.anEndlessComment),
  large('700,000 angle brackets', no, 'xml.malformed', big.anEndlessRunOfAngles),
  large('an attribute that never ends', no, 'xml.malformed', big.anEndlessAttribute),
  large('140,000 character references', no, 'signature.digest', big.manyCharacterReferences),
  large('quotes inside quotes and a tag without an end', no, 'xml.malformed', big.manyDeepAttributeQuotes),
  large(
    '19,000 elements below a reference that the signature names',
    no,
    'signature.digest',
    big.aReferenceToTheWholeOfAHugeDocument,
  ),
];

/** Cases in which the store of logins, not this room, gives the answer: no label of ours. */
export const browserCases: readonly Case[] = [
  {
    row: 19,
    sentence: 'the answer comes in another browser',
    document: good,
    post: { browser: 'another-browser' },
    verdict: { code: 'login_state_unknown', detail: '' },
  },
  {
    row: 19,
    sentence: 'the answer comes without the cookie',
    document: good,
    post: { browser: undefined },
    verdict: { code: 'login_state_unknown', detail: '' },
  },
  {
    row: 19,
    sentence: 'the login was never begun',
    document: good,
    post: { fields: { RelayState: 'z'.repeat(43) } },
    verdict: { code: 'login_state_unknown', detail: '' },
  },
];
