/** HTML that is safe to send: made by {@link html}, which escapes everything put into it. */
export interface Html {
  readonly markup: string;
}

type Part = string | Html;

/** A template whose `${…}` are escaped, unless they are HTML themselves. */
export function html(strings: TemplateStringsArray, ...parts: readonly Part[]): Html {
  const text = strings.reduce((sum, literal, index) => {
    const part = parts[index - 1] ?? '';
    return sum + (typeof part === 'string' ? escape(part) : part.markup) + literal;
  });
  return raw(text);
}

export function list(items: readonly Html[]): Html {
  return raw(items.map((item) => item.markup).join(''));
}

/** Text that is HTML already. */
export function raw(markup: string): Html {
  return { markup };
}

function escape(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}
