/** Changes a document as an attacker would: on a tree of its own, so that no parser under test has a say in it. */
export type Node = { readonly kind: 'text'; text: string } | Element;

interface Element {
  readonly kind: 'element';
  /** As written: `saml:Assertion`. */
  name: string;
  /** As written, with the leading space: ` ID="x" Version="2.0"`. */
  attributes: string;
  children: Node[];
}

/** One change. Numbers choose the places, whatever the size of the tree. */
export type Mutation =
  | { readonly do: 'move' | 'copy' | 'swap'; readonly from: number; readonly to: number; readonly at: number }
  | { readonly do: 'drop' | 'unwrap'; readonly from: number }
  | { readonly do: 'wrap'; readonly from: number; readonly name: string }
  | { readonly do: 'rename'; readonly from: number; readonly name: string }
  | { readonly do: 'namespace'; readonly from: number; readonly prefix: string; readonly uri: string }
  | { readonly do: 'attribute'; readonly from: number; readonly name: string; readonly value: string }
  | { readonly do: 'insert'; readonly from: number; readonly at: number; readonly text: string }
  | { readonly do: 'replace'; readonly from: number; readonly text: string };

/** Well-formed XML without a DOCTYPE, as the fixtures are. */
export function toTree(xml: string): Element {
  const root: Element = { kind: 'element', name: '', attributes: '', children: [] };
  const stack = [root];
  for (const [token] of xml.replace(/^<\?xml[^>]*\?>\s*/, '').matchAll(/<[^>]*>|[^<]+/g)) {
    const top = stack.at(-1) ?? root;
    if (!token.startsWith('<')) top.children.push({ kind: 'text', text: token });
    else if (token.startsWith('</')) stack.pop();
    else {
      const [, name = '', attributes = '', empty] = /^<([^\s/>]+)([^>]*?)(\/?)>$/.exec(token) ?? [];
      const element: Element = { kind: 'element', name, attributes, children: [] };
      top.children.push(element);
      if (empty !== '/') stack.push(element);
    }
  }
  const [first] = root.children;
  if (first?.kind !== 'element') throw new Error('no root element');
  return first;
}

export function toText(node: Node): string {
  if (node.kind === 'text') return node.text;
  const inner = node.children.map(toText).join('');
  return `<${node.name}${node.attributes}>${inner}</${node.name}>`;
}

/** Applies the changes one after another to a fresh tree of the document. */
export function mutate(xml: string, mutations: readonly Mutation[]): string {
  const root = toTree(xml);
  for (const mutation of mutations) apply(root, mutation);
  return toText(root);
}

function apply(root: Element, m: Mutation): void {
  const places = elementsOf(root);
  const chosen = pick(places, m.from);
  const { element, parent } = chosen;
  switch (m.do) {
    case 'move':
    case 'copy': {
      const copy = structuredClone(element);
      if (m.do === 'move') remove(chosen);
      const target = pick(elementsOf(root), m.to).element;
      target.children.splice(m.at % (target.children.length + 1), 0, copy);
      return;
    }
    case 'swap': {
      const other = pick(places, m.to).element;
      const [a, b] = [structuredClone(element), structuredClone(other)];
      Object.assign(element, b);
      Object.assign(other, a);
      return;
    }
    case 'drop':
      return remove(chosen);
    case 'unwrap':
      parent?.children.splice(parent.children.indexOf(element), 1, ...element.children);
      return;
    case 'wrap':
      element.children = [{ ...element, children: element.children }];
      element.name = m.name;
      return;
    case 'rename':
      element.name = m.name;
      return;
    case 'namespace': {
      const name = m.prefix === '' ? 'xmlns' : `xmlns:${m.prefix}`;
      element.attributes = `${without(element.attributes, name)} ${name}="${m.uri}"`;
      return;
    }
    case 'attribute':
      element.attributes = `${without(element.attributes, m.name)} ${m.name}="${m.value}"`;
      return;
    case 'insert':
      insertText(element, m.at, m.text);
      return;
    case 'replace':
      element.children = [{ kind: 'text', text: m.text }];
  }
}

interface Place {
  readonly element: Element;
  readonly parent: Element | undefined;
}

function elementsOf(element: Element, parent?: Element): Place[] {
  const inner = element.children.flatMap((child) =>
    child.kind === 'element' ? elementsOf(child, element) : [],
  );
  return [{ element, parent }, ...inner];
}

function pick(places: readonly Place[], number: number): Place {
  const place = places[number % places.length];
  if (place === undefined) throw new Error('an empty tree');
  return place;
}

function remove({ element, parent }: Place): void {
  parent?.children.splice(parent.children.indexOf(element), 1);
}

function without(attributes: string, name: string): string {
  return attributes.replace(new RegExp(`\\s${name}="[^"]*"`), '');
}

/** In the middle of the element's first text where it has one, else among its children. */
function insertText(element: Element, at: number, text: string): void {
  const [first] = element.children;
  if (first?.kind === 'text') {
    const cut = at % (first.text.length + 1);
    first.text = first.text.slice(0, cut) + text + first.text.slice(cut);
  } else {
    element.children.splice(at % (element.children.length + 1), 0, { kind: 'text', text });
  }
}
