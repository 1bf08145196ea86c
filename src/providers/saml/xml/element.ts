import { XmlElement, XmlText } from 'libxml2-wasm';
import { rejected } from '../rejected.ts';

/** Is it this element of this namespace? Prefixes never matter. */
export function is(element: XmlElement, namespace: string, name: string): boolean {
  return element.name === name && element.namespaceUri === namespace;
}

/** Child elements in document order; text and comments between them are passed over. */
export function children(element: XmlElement): XmlElement[] {
  const found: XmlElement[] = [];
  for (let node = element.firstChild; node !== null; node = node.next) {
    if (node instanceof XmlElement) found.push(node);
  }
  return found;
}

export function childrenNamed(element: XmlElement, namespace: string, name: string): XmlElement[] {
  return children(element).filter((child) => is(child, namespace, name));
}

/**
 * The same, where one of that name in another namespace is refused: a reader that goes by local names, as xml2js does,
 * would take it for ours.
 */
export function ownChildren(element: XmlElement, namespace: string, name: string): XmlElement[] {
  const namesakes = children(element).filter((child) => child.name === name);
  if (namesakes.some((child) => child.namespaceUri !== namespace)) throw rejected(`xml.namesake.${name}`);
  return namesakes;
}

/** The one child of that name, or undefined. Two are refused: nobody shall have to guess which one counts. */
export function onlyChild(element: XmlElement, namespace: string, name: string): XmlElement | undefined {
  const found = ownChildren(element, namespace, name);
  if (found.length > 1) throw rejected(`xml.repeated.${name}`);
  return found[0];
}

/** Value of an attribute in no namespace, byte for byte. */
export function attribute(element: XmlElement, name: string): string | undefined {
  return element.attr(name)?.value;
}

/** The whole text of an element that holds nothing else: one run of text or none. Undefined for anything mixed. */
export function plainText(element: XmlElement): string | undefined {
  const first = element.firstChild;
  if (first === null) return '';
  return first instanceof XmlText && first.next === null ? first.content : undefined;
}

/** {@link plainText} where anything else is refused. */
export function requiredText(element: XmlElement): string {
  const text = plainText(element);
  if (text === undefined) throw rejected(`xml.mixed.${element.name}`);
  return text;
}

/** True when the element holds elements and white space only. */
export function holdsElementsOnly(element: XmlElement): boolean {
  for (let node = element.firstChild; node !== null; node = node.next) {
    if (!(node instanceof XmlElement) && node.content.trim() !== '') return false;
  }
  return true;
}
