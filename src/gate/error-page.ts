import { failures, type FailureCode } from '../identity/index.ts';

export interface ErrorPage {
  readonly code: FailureCode;
  readonly reference: string;
  readonly brand: string;
  /** Whom to write to: an address or a URL. */
  readonly contact: string | undefined;
  /** A link to go on with. */
  readonly link?: { readonly href: string; readonly text: string };
}

/** A page that stands on its own: what happened, what to do, whom to ask, and the reference. Everything is escaped. */
export function errorPage(page: ErrorPage): string {
  const message = escape(failures[page.code].message);
  const link =
    page.link === undefined ? '' : `<p><a href="${escape(page.link.href)}">${escape(page.link.text)}</a></p>`;
  const contact =
    page.contact === undefined ? '' : `<p>If this is a mistake, please write to ${escape(page.contact)}.</p>`;
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${message} · ${escape(page.brand)}</title>
<style>
body{font:1rem/1.5 system-ui,sans-serif;max-width:32rem;margin:12vh auto;padding:0 1.5rem;color:#1c2430;background:#fff}
h1{font-size:1.375rem}
a{color:#0b57d0}
code{font-size:.9em}
@media(prefers-color-scheme:dark){body{color:#e6e9ee;background:#14181f}a{color:#8ab4f8}}
</style>
</head>
<body>
<main>
<h1>${message}</h1>
${contact}${link}<p>Reference: <code>${escape(page.reference)}</code></p>
</main>
</body>
</html>
`;
}

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

function escape(text: string): string {
  return text.replaceAll(/[&<>"']/g, (character) => entities[character] ?? '');
}
