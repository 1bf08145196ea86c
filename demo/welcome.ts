import { displayName, people } from './people.ts';

/** What is printed when everything is up. `config` is as a person would type it from the project's directory. */
export function welcome(baseUrl: string, config: string, firstStart: boolean): string {
  const rows = people.map((person) => [
    person.userName,
    person.password,
    displayName(person),
    person.groups === undefined ? '(no groups claim)' : person.groups.map((group) => `"${group}"`).join(' '),
    person.story,
  ]);
  const command = `npm run -s doorward --`;
  return `
  Doorward is up:  ${baseUrl}

${table(['User', 'Password', 'Name', 'Groups at the IdP', 'What happens'], rows)}

  Everybody has an account at both identity providers, "Microsoft" (OpenID Connect) and "Okta" (SAML).
  What to try:
    1. Open ${baseUrl}/datasets/orders?tab=lineage and sign in as ana: you land on that very page.
    2. Sign out, sign in as lukasz, and open ${baseUrl}/whoami: the name and the group "a,b" arrive whole.
    3. Sign in as dan, eva, gita or hugo, or press Cancel: each refusal says what happened, with a reference.
    4. Sign in as ben with Okta, then, in another terminal:
         ${command} users disable ben --config ${config}
       and click on anything: the next request is refused. "users enable ben" brings him back.
    5. Sign in as ana and open ${baseUrl}/admin: the console, with people who have been here for two weeks.
    6. Open ${baseUrl}/endings: how long until the next request of somebody who was switched off is refused?
    7. See what happened:  ${command} audit --config ${config}

  ${firstStart ? 'Ctrl-C stops everything; the next start keeps the data.' : 'The data of the last start was kept; --reset starts anew. Ctrl-C stops everything.'}
`;
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const widths = head.map((title, column) =>
    Math.max(title.length, ...rows.map((row) => (row[column] ?? '').length)),
  );
  const line = (cells: readonly string[]): string =>
    `  ${cells.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join('  ')}`.trimEnd();
  return [line(head), line(widths.map((width) => '─'.repeat(width))), ...rows.map((row) => line(row))].join(
    '\n',
  );
}
