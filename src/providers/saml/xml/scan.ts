import { rejected } from '../rejected.ts';
import type { XmlLimits } from '../limits.ts';

const declaration =
  /^<\?xml\s+version\s*=\s*(["'])1\.0\1(\s+encoding\s*=\s*(["'])utf-8\3)?(\s+standalone\s*=\s*(["'])(yes|no)\5)?\s*\?>/i;
/** What XML 1.0 (section 2.2) allows; also no noncharacters and no lone surrogates. */
// oxlint-disable-next-line no-control-regex
const forbidden = /[\u0000-\u0008\u000B\u000C\u000E-\u001F\uFFFE\uFFFF]/;

/**
 * One cheap walk over the text before any parser sees it. Refuses every document type declaration, entity declaration
 * and processing instruction, and whatever is too deep or too wide. It does not judge well-formedness: a parser does.
 *
 * @throws Failure `login_rejected`: `saml.xml.*`
 */
export function scan(xml: string, limits: XmlLimits): void {
  if (xml.length > limits.length) throw rejected('xml.too_large');
  if (forbidden.test(xml) || !xml.isWellFormed()) throw rejected('xml.forbidden_character');
  let depth = 0;
  let elements = 0;
  let attributes = 0;
  let at = declaration.exec(xml)?.[0].length ?? 0;
  for (;;) {
    at = xml.indexOf('<', at);
    if (at === -1) return;
    const next = xml[at + 1];
    if (next === '?') throw rejected('xml.processing_instruction');
    if (next === '!') {
      elements += 1;
      at = skipComment(xml, at);
    } else if (next === '/') {
      depth -= 1;
      at += 2;
    } else {
      elements += 1;
      const tag = readTag(xml, at, limits.attributesPerElement);
      attributes += tag.attributes;
      if (attributes > limits.attributes) throw rejected('xml.too_many_attributes');
      if (!tag.empty) depth += 1;
      if (depth > limits.depth) throw rejected('xml.too_deep');
      at = tag.end;
    }
    if (elements > limits.elements) throw rejected('xml.too_many_elements');
  }
}

/** Comments and CDATA sections may pass; `<!DOCTYPE`, `<!ENTITY` and the like may not. Returns where it goes on. */
function skipComment(xml: string, at: number): number {
  const [start, close] = xml.startsWith('<!--', at)
    ? [at + 4, '-->']
    : xml.startsWith('<![CDATA[', at)
      ? [at + 9, ']]>']
      : [0, ''];
  if (close === '') throw rejected('xml.doctype');
  const end = xml.indexOf(close, start);
  if (end === -1) throw rejected('xml.malformed');
  return end + close.length;
}

/** Finds the end of a start tag, minding quotes, and counts its attributes by their opening quotes. */
function readTag(
  xml: string,
  at: number,
  maxAttributes: number,
): { end: number; empty: boolean; attributes: number } {
  let attributes = 0;
  let i = at + 1;
  while (i < xml.length) {
    const char = xml[i];
    if (char === '>') return { end: i + 1, empty: xml[i - 1] === '/', attributes };
    if (char === '<') break;
    if (char === '"' || char === "'") {
      attributes += 1;
      if (attributes > maxAttributes) throw rejected('xml.too_many_attributes');
      i = xml.indexOf(char, i + 1);
      if (i === -1) break;
    }
    i += 1;
  }
  throw rejected('xml.malformed');
}
