import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { rejected } from '../../../../src/providers/saml/rejected.ts';
import { scan } from '../../../../src/providers/saml/xml/scan.ts';

const limits = { length: 1000, depth: 3, elements: 10, attributesPerElement: 2, attributes: 5 };
const verdict = (xml: string): string => {
  try {
    scan(xml, limits);
    return 'passed';
  } catch (error) {
    return (error as ReturnType<typeof rejected>).detail ?? 'no detail';
  }
};

describe('the scan before any parser', () => {
  it.each([
    ['plain XML', '<a><b c="1" d=\'2\'/></a>'],
    ['a declaration of UTF-8', '<?xml version="1.0" encoding="utf-8" standalone="yes"?><a/>'],
    ['a comment that looks like a DOCTYPE', '<a><!-- <!DOCTYPE x> <?pi?> --></a>'],
    ['a CDATA section that looks like tags', '<a><![CDATA[<b><c><d><e><f>]]></a>'],
    ['angle brackets inside attribute quotes', '<a b="x > y" c=\'"\'/>'],
  ])('lets pass: %s', (_words, xml) => {
    expect(verdict(xml)).toBe('passed');
  });

  it.each([
    ['a DOCTYPE', '<!DOCTYPE a><a/>', 'doctype'],
    ['a DOCTYPE behind a comment', '<!-- --><!DOCTYPE a><a/>', 'doctype'],
    ['an entity declaration', '<!ENTITY a "b">', 'doctype'],
    ['a conditional section', '<a><![INCLUDE[x]]></a>', 'doctype'],
    ['a processing instruction', '<a><?b c?></a>', 'processing_instruction'],
    ['a second declaration', '<?xml version="1.0"?><?xml version="1.0"?><a/>', 'processing_instruction'],
    ['a declaration behind a space', ' <?xml version="1.0"?><a/>', 'processing_instruction'],
    ['another encoding', '<?xml version="1.0" encoding="ISO-8859-1"?><a/>', 'processing_instruction'],
    ['XML 1.1', '<?xml version="1.1"?><a/>', 'processing_instruction'],
    ['too deep a nesting', '<a><a><a><a></a></a></a></a>', 'too_deep'],
    ['too many elements', `<a>${'<b/>'.repeat(10)}</a>`, 'too_many_elements'],
    ['too many comments', `<a>${'<!---->'.repeat(10)}</a>`, 'too_many_elements'],
    ['too many attributes', '<a b="" c="" d=""/>', 'too_many_attributes'],
    [
      'too many attributes on all together',
      '<a b="" c=""><d b="" c=""/><e b="" c=""/></a>',
      'too_many_attributes',
    ],
    ['too many namespaces', '<a xmlns="" xmlns:c="" xmlns:d=""/>', 'too_many_attributes'],
    ['too long a text', `<a>${'b'.repeat(1000)}</a>`, 'too_large'],
    ['a control character', '<a>\u0001</a>', 'forbidden_character'],
    ['half a surrogate pair', '<a>\uD800</a>', 'forbidden_character'],
    ['a tag inside a tag', '<a <b>', 'malformed'],
    ['a tag without an end', '<a b="c"', 'malformed'],
    ['a comment without an end', '<a><!-- ', 'malformed'],
    ['an attribute without an end', '<a b="', 'malformed'],
  ])('refuses: %s', (_words, xml, label) => {
    expect(verdict(xml)).toBe(`saml.xml.${label}`);
  });

  it('ends for every text, and never lets a DOCTYPE pass outside of comments and CDATA', () => {
    const piece = fc.constantFrom(
      '<',
      '>',
      '/',
      '!',
      '--',
      '?',
      '"',
      "'",
      '=',
      'a',
      ' ',
      '[CDATA[',
      ']]>',
      '<!DOCTYPE x>',
      '<a>',
      '</a>',
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 40 }), (pieces) => {
        const xml = pieces.join('');
        const passed = verdict(xml) === 'passed';
        // Comments, CDATA sections and quoted attributes hold text; what is left of the document may hold none of these.
        const rest = xml.replaceAll(/<!--[\s\S]*?-->|<!\[CDATA\[[\s\S]*?\]\]>|"[^"]*"|'[^']*'/g, '');
        if (passed && !/["']/.test(xml)) expect(rest).not.toContain('<!DOCTYPE');
      }),
    );
  });
});
