import { people } from '../people.ts';

/** What tells the two demo identity providers apart. The names are those on the buttons; marks and colours are made up. */
export interface Brand {
  readonly name: string;
  /** Colour of the button and the mark, `#rrggbb`. */
  readonly color: string;
  readonly protocol: string;
}

export function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}

/** The sign-in page of a demo identity provider. `action` takes a POST of `userName` and `password`, or of `cancel`. */
export function loginPage(
  brand: Brand,
  form: {
    readonly action: string;
    readonly hidden: Readonly<Record<string, string>>;
    readonly error?: string;
    readonly userName?: string;
  },
): string {
  const hidden = Object.entries(form.hidden)
    .map(([name, value]) => `<input type="hidden" name="${escapeHtml(name)}" value="${escapeHtml(value)}">`)
    .join('');
  const names = people.map((person) => `<option value="${escapeHtml(person.userName)}">`).join('');
  return page(
    brand,
    'Sign in',
    `<form method="post" action="${escapeHtml(form.action)}">
      ${hidden}
      ${form.error === undefined ? '' : `<p class="error" role="alert">${escapeHtml(form.error)}</p>`}
      <label for="userName">User name</label>
      <input id="userName" name="userName" list="names" autocomplete="username" autocapitalize="none"
        value="${escapeHtml(form.userName ?? '')}" autofocus>
      <datalist id="names">${names}</datalist>
      <label for="password">Password</label>
      <input id="password" name="password" type="password" autocomplete="current-password">
      <button type="submit">Sign in</button>
      <button type="submit" name="cancel" value="1" class="quiet">Cancel</button>
    </form>
    <p class="hint">Users of the demo: ${people.map((person) => escapeHtml(person.userName)).join(', ')}.</p>`,
  );
}

/** A page that posts its form by itself; without JavaScript there is a button (SAML bindings, section 3.5.4). */
export function postPage(brand: Brand, action: string, fields: Readonly<Record<string, string>>): string {
  const inputs = Object.entries(fields)
    .map(([name, value]) => `<input type="hidden" name="${escapeHtml(name)}" value="${escapeHtml(value)}">`)
    .join('');
  return page(
    brand,
    'One moment',
    `<form method="post" action="${escapeHtml(action)}">${inputs}
      <noscript><p>JavaScript is off: please continue by hand.</p></noscript>
      <button type="submit">Continue</button>
    </form>
    <script>document.forms[0].submit()</script>`,
  );
}

export function messagePage(brand: Brand, title: string, text: string): string {
  return page(brand, title, `<p>${escapeHtml(text)}</p>`);
}

/** `body` is HTML already. */
export function page(brand: Brand, title: string, body: string): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escapeHtml(title)} · ${escapeHtml(brand.name)} (demo)</title>
<style>
  :root { color-scheme: light dark; --accent: ${brand.color}; }
  * { box-sizing: border-box; }
  body { margin: 0; min-height: 100vh; display: grid; place-items: center; padding: 1rem;
    font: 16px/1.5 system-ui, sans-serif; background: light-dark(#eef1f5, #14171c); color: light-dark(#1b1f24, #e8ebef); }
  main { width: min(100%, 24rem); background: light-dark(#fff, #1d2229); padding: 2rem; border-radius: 12px;
    border-top: 6px solid var(--accent); box-shadow: 0 8px 30px rgb(0 0 0 / .12); }
  .mark { display: flex; align-items: center; gap: .6rem; font-weight: 600; font-size: 1.1rem; }
  .mark span { width: 1.4rem; height: 1.4rem; border-radius: 6px; background: var(--accent); }
  .mark small { font-weight: 400; opacity: .75; }
  h1 { font-size: 1.4rem; margin: 1.2rem 0 .5rem; }
  label { display: block; margin: 1rem 0 .35rem; font-weight: 600; }
  input { width: 100%; padding: .6rem .7rem; font: inherit; border: 1px solid #8a94a3; border-radius: 8px;
    background: transparent; color: inherit; }
  button { width: 100%; margin-top: 1.2rem; padding: .7rem; font: inherit; font-weight: 600; border: 0; border-radius: 8px;
    background: var(--accent); color: #fff; cursor: pointer; }
  button.quiet { margin-top: .6rem; background: transparent; color: inherit; border: 1px solid #8a94a3; }
  :focus-visible { outline: 3px solid var(--accent); outline-offset: 2px; }
  .error { background: light-dark(#fdecea, #4a1f1c); padding: .6rem .8rem; border-radius: 8px; }
  .hint { font-size: .875rem; opacity: .8; }
</style>
</head>
<body>
<main>
<div class="mark"><span aria-hidden="true"></span>${escapeHtml(brand.name)} <small>demo, ${escapeHtml(brand.protocol)}</small></div>
<h1>${escapeHtml(title)}</h1>
${body}
</main>
</body>
</html>`;
}
