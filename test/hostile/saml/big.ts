import { readDocument } from './judge.ts';

/** Documents whose hostility is their size: made when they are needed, in no time. */
const good = (): string => readDocument('valid/both-are-signed').replace(/^<\?xml[^>]*\?>\s*/, '');
const into = (content: string): string =>
  good().replace('<samlp:Status>', `<samlp:Extensions>${content}</samlp:Extensions><samlp:Status>`);
const list = (count: number, make: (i: number) => string): string =>
  Array.from({ length: count }, (_, i) => make(i)).join('');

export const big = {
  aHundredThousandAttributes: () => into(`<x xmlns="urn:x"${list(60_000, (i) => ` a${i}=""`)}/>`),
  aHundredThousandNamespaces: () => into(`<x${list(40_000, (i) => ` xmlns:n${i}="u"`)}/>`),
  manyAttributesOnManyElements: () =>
    into(`<y xmlns="urn:x">${list(1_500, () => `<x${list(32, (i) => ` a${i}=""`)}/>`)}</y>`),
  manyAttributes: () =>
    into(`<y xmlns="urn:x">${list(900, () => `<x${list(32, (i) => ` a${i}=""`)}/>`)}</y>`),
  manyNamespacesOnManyElements: () =>
    into(`<y xmlns="urn:x">${list(900, () => `<x${list(32, (i) => ` xmlns:n${i}="urn:x"`)}/>`)}</y>`),
  namespacesOnEveryLevel: () =>
    into(
      list(28, (i) => `<x xmlns="urn:x"${list(31, (j) => ` xmlns:n${i}x${j}="urn:x"`)}>`) +
        '<z/>'.repeat(15_000) +
        '</x>'.repeat(28),
    ),
  undeclaredPrefixesEverywhere: () => into(list(19_000, () => '<e:x/>')),
  aHundredThousandLevels: () => into('<x>'.repeat(50_000) + '</x>'.repeat(50_000)),
  aHundredThousandElements: () => into('<x/>'.repeat(100_000)),
  aHundredThousandIds: () => into(list(19_000, (i) => `<x ID="i${i}"/>`)),
  aHundredThousandComments: () => into('<!---->'.repeat(80_000)),
  aHundredThousandSignatures: () =>
    into('<ds:Signature xmlns:ds="http://www.w3.org/2000/09/xmldsig#"/>'.repeat(9_000)),
  aHugeTextNode: () => into(`<x>${'a'.repeat(700_000)}</x>`),
  aHugeAttribute: () => into(`<x a="${'a'.repeat(700_000)}"/>`),
  aHugeComment: () => into(`<!--${'a'.repeat(700_000)}-->`),
  anEndlessStartTag: () => `<x ${'a '.repeat(350_000)}`,
  anEndlessComment: () => `<!--${'-'.repeat(700_000)}`,
  anEndlessRunOfAngles: () => '<'.repeat(700_000),
  anEndlessAttribute: () => `<x a="${'<'.repeat(700_000)}`,
  manyCharacterReferences: () => into(`<x>${'&#65;'.repeat(140_000)}</x>`),
  manyDeepAttributeQuotes: () => `<x ${`a='"' b="'" `.repeat(15)}${'c'.repeat(600_000)}>`,
  aReferenceToTheWholeOfAHugeDocument: () => into('<x>y</x>'.repeat(19_000)),
} as const;
