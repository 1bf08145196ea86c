import { createHash } from 'node:crypto';
import type { SignOut } from './types.ts';

const script = 'document.forms[0].submit()';
const scriptHash = createHash('sha256').update(script).digest('base64');

/** A page with one form that sends itself (SAML HTTP-POST binding), and the policy under which it may. */
export function signOutPage({ url, fields }: Extract<SignOut, { kind: 'post' }>): {
  readonly html: string;
  readonly contentSecurityPolicy: string;
} {
  const inputs = Object.entries(fields).map(
    ([name, value]) => `<input type="hidden" name="${escape(name)}" value="${escape(value)}">`,
  );
  return {
    html:
      `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Signing out</title></head><body>` +
      // Without scripts there is a button to press.
      `<form method="post" action="${escape(url)}">${inputs.join('')}<button>Continue signing out</button></form>` +
      `<script>${script}</script></body></html>\n`,
    contentSecurityPolicy: `default-src 'none';script-src 'sha256-${scriptHash}';form-action ${new URL(url).origin};frame-ancestors 'none';base-uri 'none'`,
  };
}

function escape(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;');
}
