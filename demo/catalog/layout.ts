import { html, type Html } from './html.ts';
import type { Visitor } from './identity.ts';

/** A whole page of the sample catalog. Without a visitor the header says so. */
export function layout(visitor: Visitor | undefined, title: string, body: Html): string {
  const who =
    visitor === undefined
      ? html`<span>nobody</span>`
      : html`<a href="/whoami" id="who">${visitor.name === '' ? visitor.preferredUsername : visitor.name}</a>
          <a href="/sso/logout">Sign out</a>`;
  return html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <title>${title} · Sample catalog</title>
        <style>
          :root {
            color-scheme: light dark;
            --line: light-dark(#d5dbe3, #353d49);
            --accent: light-dark(#0b6b61, #5fd0c2);
          }
          * {
            box-sizing: border-box;
          }
          body {
            margin: 0;
            font:
              16px/1.5 system-ui,
              sans-serif;
            background: light-dark(#f6f8fa, #14171c);
            color: light-dark(#1b1f24, #e8ebef);
          }
          a {
            color: var(--accent);
          }
          header {
            display: flex;
            flex-wrap: wrap;
            gap: 0.5rem 1.5rem;
            align-items: center;
            padding: 0.8rem clamp(1rem, 4vw, 3rem);
            background: light-dark(#fff, #1d2229);
            border-bottom: 1px solid var(--line);
          }
          header strong {
            margin-right: auto;
            font-size: 1.1rem;
          }
          header strong a {
            color: inherit;
            text-decoration: none;
          }
          main {
            max-width: 62rem;
            margin: 0 auto;
            padding: 1.5rem clamp(1rem, 4vw, 3rem);
          }
          h1 {
            font-size: 1.7rem;
          }
          h2 {
            font-size: 1.1rem;
            margin: 0;
          }
          .cards {
            list-style: none;
            padding: 0;
            display: grid;
            gap: 1rem;
            grid-template-columns: repeat(auto-fill, minmax(18rem, 1fr));
          }
          .card,
          .box {
            background: light-dark(#fff, #1d2229);
            border: 1px solid var(--line);
            border-radius: 10px;
            padding: 1rem 1.2rem;
          }
          .facts {
            font-size: 0.875rem;
            opacity: 0.8;
            margin-bottom: 0;
          }
          .tabs {
            display: flex;
            gap: 1.2rem;
            border-bottom: 1px solid var(--line);
            margin-bottom: 1.2rem;
          }
          .tabs a {
            padding: 0.4rem 0;
            text-transform: capitalize;
            text-decoration: none;
          }
          .tabs a[aria-current] {
            border-bottom: 3px solid var(--accent);
            font-weight: 600;
          }
          .lineage {
            display: grid;
            grid-template-columns: repeat(auto-fit, minmax(12rem, 1fr));
            gap: 1.5rem;
            align-items: center;
          }
          .here {
            border: 2px solid var(--accent);
            font-weight: 600;
            text-align: center;
          }
          table {
            border-collapse: collapse;
            width: 100%;
          }
          th,
          td {
            text-align: left;
            padding: 0.5rem 0.7rem;
            border-bottom: 1px solid var(--line);
            vertical-align: top;
          }
          td code {
            overflow-wrap: anywhere;
          }
          .ending {
            display: flex;
            flex-direction: column;
          }
          .ending form {
            margin-top: auto;
          }
          .figure {
            margin: 1rem 0 0.5rem;
          }
          .figure strong {
            display: block;
            font-size: 2rem;
            line-height: 1.2;
            color: var(--accent);
          }
          .figures {
            margin: 0;
            font-size: 0.875rem;
          }
          .figures div {
            display: flex;
            justify-content: space-between;
            border-top: 1px solid var(--line);
            padding: 0.25rem 0;
          }
          .figures dt {
            font-weight: 400;
          }
          .figures dd {
            margin: 0;
            font-variant-numeric: tabular-nums;
          }
          .headers {
            table-layout: fixed;
          }
          .headers code {
            font-size: 0.85rem;
            overflow-wrap: anywhere;
          }
          .headers th:first-child {
            width: 28%;
          }
          .headers .chip {
            overflow-wrap: anywhere;
            border-radius: 14px;
          }
          .headers td code {
            display: -webkit-box;
            -webkit-box-orient: vertical;
            -webkit-line-clamp: 4;
            line-clamp: 4;
            overflow: hidden;
          }
          dt {
            font-weight: 600;
          }
          dd {
            margin: 0 0 0.6rem;
          }
          .chip {
            display: inline-block;
            border: 1px solid var(--line);
            border-radius: 99px;
            padding: 0 0.6rem;
          }
          input,
          button {
            font: inherit;
            padding: 0.4rem 0.7rem;
          }
        </style>
      </head>
      <body>
        <header>
          <strong><a href="/">Sample catalog</a></strong
          ><a href="/live">Live</a> <a href="/endings">Endings</a> ${who}
        </header>
        <main>${body}</main>
      </body>
    </html>`.markup;
}
