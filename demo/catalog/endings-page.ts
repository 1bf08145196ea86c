import { html, list, type Html } from './html.ts';
import type { Visitor } from './identity.ts';
import { layout } from './layout.ts';

/** What the page shows of one ending that was carried out. Times in milliseconds. */
export interface EndingShown {
  readonly acknowledged: number;
  readonly refused: number;
  readonly before: number;
  readonly after: number;
}

/** Carries an ending out, for the page. */
export type Endings = (road: string) => Promise<EndingShown>;

const roads = [
  ['disable', 'Disabled here', 'An administrator switches somebody off, with the doorward command.'],
  ['scim', 'Deactivated by SCIM', 'The provisioning client of the identity provider sends active: false.'],
  [
    'back-channel',
    'Signed out at the identity provider',
    'The provider sends a logout token, back channel, for this very session.',
  ],
] as const;

/** Is this one of the roads that the page offers? */
export function isRoad(name: string): boolean {
  return roads.some(([road]) => road === name);
}

/** Three ways in which a session ends from elsewhere, each to be tried, with what came of it the last time. */
export function endingsPage(
  visitor: Visitor,
  shown: ReadonlyMap<string, EndingShown>,
  problem?: string,
): string {
  return layout(
    visitor,
    'Endings, live',
    html`<h1>Endings, live</h1>
      <p>
        A stand-in signs in and clicks without a pause, from four places at once. Then the session ends from
        elsewhere, by another process. How long until the next request is refused?
      </p>
      ${problem === undefined ? '' : html`<p class="box" role="alert">${problem}</p>`}
      <ul class="cards">
        ${list(roads.map(([road, title, text]) => card(road, title, text, shown.get(road))))}
      </ul>
      <p class="facts">
        “Acknowledged” is the answer to whoever gave the order. From then on nobody is let in: not by this
        process, and with PostgreSQL and Redis not by any other.
      </p>`,
  );
}

function card(road: string, title: string, text: string, shown: EndingShown | undefined): Html {
  return html`<li class="card ending" id="${road}">
    <h2>${title}</h2>
    <p>${text}</p>
    <form method="post" action="/endings">
      <button name="road" value="${road}">${shown === undefined ? 'Try it' : 'Once more'}</button>
    </form>
    ${shown === undefined ? '' : result(shown)}
  </li>`;
}

function result({ acknowledged, refused, before, after }: EndingShown): Html {
  return html`<p class="figure">
      <strong>${milliseconds(refused)}</strong> until the next request was refused
    </p>
    <dl class="figures">
      <div>
        <dt>Acknowledged after</dt>
        <dd>${milliseconds(acknowledged)}</dd>
      </div>
      <div>
        <dt>Let in before that</dt>
        <dd>${String(before)}</dd>
      </div>
      <div>
        <dt>Let in after that</dt>
        <dd>${String(after)}</dd>
      </div>
    </dl>`;
}

function milliseconds(value: number): string {
  return `${value.toFixed(1)} ms`;
}
