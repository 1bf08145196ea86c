import { createHash } from 'node:crypto';
import type { Response } from 'express';
import type { SignOut } from '../providers/index.ts';

const script = 'document.forms[0].submit()';
const scriptHash = createHash('sha256').update(script).digest('base64');

/** A page with one form that sends itself (SAML HTTP-POST binding); without scripts there is a button to press. */
export function postPage(res: Response, { url, fields }: Extract<SignOut, { kind: 'post' }>): void {
  const inputs = Object.entries(fields).map(
    ([name, value]) => `<input type="hidden" name="${escape(name)}" value="${escape(value)}">`,
  );
  res.setHeader(
    'Content-Security-Policy',
    `default-src 'none';script-src 'sha256-${scriptHash}';form-action ${new URL(url).origin};frame-ancestors 'none';base-uri 'none'`,
  );
  res
    .status(200)
    .type('html')
    .send(
      `<!doctype html><html lang="en"><meta charset="utf-8"><title>Signing out</title><body>` +
        `<form method="post" action="${escape(url)}">${inputs.join('')}<button>Continue signing out</button></form>` +
        `<script>${script}</script></body></html>`,
    );
}

function escape(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;');
}
