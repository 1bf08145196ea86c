import { datasets, datasetNamed, madeFrom, type Dataset } from './datasets.ts';
import { html, list, raw, type Html } from './html.ts';
import type { Visitor } from './identity.ts';
import { layout } from './layout.ts';

export function homePage(visitor: Visitor): string {
  const cards = datasets.map(
    (dataset) =>
      html`<li class="card">
        <h2><a href="/datasets/${dataset.name}">${dataset.title}</a></h2>
        <p>${dataset.summary}</p>
        <p class="facts">${dataset.rows} rows · ${dataset.freshness} · owned by ${dataset.owner}</p>
      </li>`,
  );
  return layout(
    visitor,
    'Datasets',
    html`<h1>Datasets</h1>
      <ul class="cards">
        ${list(cards)}
      </ul>`,
  );
}

const tabs = ['overview', 'schema', 'lineage'] as const;

export function datasetPage(visitor: Visitor, dataset: Dataset, wanted: string | null): string {
  const tab = tabs.find((each) => each === wanted) ?? 'overview';
  const links = tabs.map(
    (each) =>
      html`<a href="/datasets/${dataset.name}?tab=${each}" ${each === tab ? raw('aria-current="page"') : ''}
        >${each}</a
      >`,
  );
  return layout(
    visitor,
    `${dataset.title}: ${tab}`,
    html`<p><a href="/">Datasets</a> /</p>
      <h1>${dataset.title}</h1>
      <nav class="tabs" aria-label="About this dataset">${list(links)}</nav>
      ${tab === 'schema' ? schema(dataset) : tab === 'lineage' ? lineage(dataset) : overview(dataset)}`,
  );
}

function overview(dataset: Dataset): Html {
  return html`<p>${dataset.summary}</p>
    <dl>
      <dt>Owner</dt>
      <dd>${dataset.owner}</dd>
      <dt>Rows</dt>
      <dd>${dataset.rows}</dd>
      <dt>Fresh as of</dt>
      <dd>${dataset.freshness}</dd>
    </dl>`;
}

function schema(dataset: Dataset): Html {
  const rows = dataset.columns.map(
    ([name, type, meaning]) =>
      html`<tr>
        <th scope="row"><code>${name}</code></th>
        <td><code>${type}</code></td>
        <td>${meaning}</td>
      </tr>`,
  );
  return html`<table>
    <thead>
      <tr>
        <th scope="col">Column</th>
        <th scope="col">Type</th>
        <th scope="col">Meaning</th>
      </tr>
    </thead>
    <tbody>
      ${list(rows)}
    </tbody>
  </table>`;
}

function lineage(dataset: Dataset): Html {
  const before = dataset.from.map((name) => datasetNamed(name)).filter((each) => each !== undefined);
  return html`<div class="lineage">
    ${boxes('Made from', before)}
    <p class="box here">${dataset.title}</p>
    ${boxes('Used by', madeFrom(dataset.name))}
  </div>`;
}

function boxes(title: string, of: readonly Dataset[]): Html {
  const items = of.map(
    (each) => html`<p class="box"><a href="/datasets/${each.name}?tab=lineage">${each.title}</a></p>`,
  );
  return html`<section>
    <h2>${title}</h2>
    ${of.length === 0 ? html`<p>nothing</p>` : list(items)}
  </section>`;
}

/** Every identity header as it came and as it is meant. `decoded` holds one value, or the members of a list. */
export function whoamiPage(
  visitor: Visitor,
  headers: readonly (readonly [name: string, raw: string, decoded: readonly string[]])[],
): string {
  const rows = headers.map(
    ([name, value, decoded]) =>
      html`<tr>
        <th scope="row"><code>${name}</code></th>
        <td><code>${value}</code></td>
        <td>${list(decoded.map((each) => html`<span class="chip">${each}</span> `))}</td>
      </tr>`,
  );
  return layout(
    visitor,
    'Who am I?',
    html`<h1>Who am I?</h1>
      <p>What the gateway told this application about you, in the headers of this very request.</p>
      <table class="headers">
        <thead>
          <tr>
            <th scope="col">Header</th>
            <th scope="col">On the wire</th>
            <th scope="col">Decoded</th>
          </tr>
        </thead>
        <tbody>
          ${list(rows)}
        </tbody>
      </table>`,
  );
}

export function livePage(visitor: Visitor): string {
  return layout(
    visitor,
    'Live',
    html`<h1>Live</h1>
      <p>A WebSocket through the gateway: what you send comes back with your name.</p>
      <form id="say">
        <label for="text">Message</label>
        <input id="text" autocomplete="off" value="hello" />
        <button>Send</button>
      </form>
      <ol id="log" aria-live="polite"></ol>
      <script>
        const log = document.getElementById('log');
        const line = (text) => log.appendChild(document.createElement('li')).append(text);
        const socket = new WebSocket(location.origin.replace('http', 'ws') + '/live/socket');
        socket.onopen = () => line('connected');
        socket.onmessage = (event) => line(event.data);
        socket.onclose = (event) => line('closed, code ' + event.code);
        document.getElementById('say').onsubmit = (event) => {
          event.preventDefault();
          socket.send(document.getElementById('text').value);
        };
      </script>`,
  );
}

export function missingPage(visitor: Visitor | undefined): string {
  return layout(
    visitor,
    'Not found',
    html`<h1>Not found</h1>
      <p>The catalog has no such page.</p>`,
  );
}
