import { XmlElement } from 'libxml2-wasm';

/** Every element of a document that has one of the names asked for, whatever its namespace and place, by its local name. */
export type Named = (name: string) => readonly XmlElement[];

/**
 * One walk over all elements in the place of a search for each name: a document of many elements is what an attacker
 * makes the searches dear with. `root` is the document's root; its depth has been limited by the scan.
 */
export function elementsNamed(root: XmlElement, names: ReadonlySet<string>): Named {
  const found = new Map<string, XmlElement[]>();
  const walk = (element: XmlElement): void => {
    const { name } = element;
    if (names.has(name)) {
      const those = found.get(name);
      if (those === undefined) found.set(name, [element]);
      else those.push(element);
    }
    for (let node = element.firstChild; node !== null; node = node.next) {
      if (node instanceof XmlElement) walk(node);
    }
  };
  walk(root);
  return (name) => found.get(name) ?? [];
}
