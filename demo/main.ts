import { keepWarnings } from './library-warnings.ts';
import { relative, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Server } from 'node:http';
import { createCatalog } from './catalog/server.ts';
import { clientId, writeConfig } from './config-files.ts';
import { bringEarlierPeople } from './earlier-people.ts';
import { disablePeople } from './first-start.ts';
import { createEndings, type Road } from './endings/roads.ts';
import { answers, logTail, startGateway, type GatewayProcess } from './gateway.ts';
import { createOidcIdp } from './idp/oidc.ts';
import { createSamlIdp } from './idp/saml.ts';
import { readOptions, usage, type DemoOptions } from './options.ts';
import { listen, portProblem, portsFrom } from './ports.ts';
import { closeState, isDone, markDone, openState, type DemoState } from './state.ts';
import { welcome } from './welcome.ts';

const step = 'disable-people';
const population = 'earlier-people';

/** Everything that runs, to be stopped together. */
const servers: Server[] = [];
let state: DemoState | undefined;
let gateway: GatewayProcess | undefined;
let stopping: Promise<void> | undefined;

/** Stops what runs, once: the gateway first, so that it can finish what it is answering. */
function stopAll(): Promise<void> {
  stopping ??= (async () => {
    await gateway?.stop();
    for (const server of servers) {
      server.close();
      server.closeAllConnections();
    }
    if (state !== undefined) closeState(state);
  })();
  return stopping;
}

async function start(options: DemoOptions): Promise<void> {
  const ports = portsFrom(options.port);
  const problem = await portProblem(ports);
  if (problem !== undefined) throw new Error(problem);

  state = await openState(options.state, options.reset);
  keepWarnings(join(state.directory, 'identity-providers.log'));
  const baseUrl = `http://localhost:${ports.gateway}`;
  const oidc = createOidcIdp({
    issuer: `http://localhost:${ports.oidc}`,
    clientId,
    clientSecret: state.clientSecret,
    redirectUri: `${baseUrl}/sso/callback/microsoft`,
    postLogoutRedirectUris: [`${baseUrl}/sso/signed-out`],
    backChannelLogoutUri: `${baseUrl}/sso/backchannel/microsoft`,
    jwk: state.oidcKey,
    cookieSecret: state.oidcCookieSecret,
  });
  const saml = createSamlIdp({
    baseUrl: `http://localhost:${ports.saml}`,
    spMetadataUrl: `${baseUrl}/sso/metadata/okta`,
    key: state.samlKey,
  });
  const endings = createEndings({
    baseUrl,
    config: state.config,
    endAtProvider: (subject, sid) => oidc.endSession(subject, sid),
  });
  servers.push(
    oidc,
    saml,
    createCatalog((road) => endings(road as Road)),
  );
  await Promise.all([
    listen(oidc, ports.oidc),
    listen(saml, ports.saml),
    listen(servers[2] as Server, ports.catalog),
  ]);

  // Ctrl-C may have come while keys were made: nothing is started any more then.
  if (stopping !== undefined) return;
  writeConfig(state, baseUrl, ports);
  if (!isDone(state, population)) {
    await bringEarlierPeople(state.config, options.people, [
      { id: 'microsoft', issuer: `http://localhost:${ports.oidc}` },
      { id: 'okta', issuer: `http://localhost:${ports.saml}/metadata` },
    ]);
    markDone(state, population);
  }
  if (stopping !== undefined) return;
  gateway = startGateway(state.config, state.gatewayLog);
  if (!(await answers(gateway, `http://localhost:${ports.ops}/readyz`)))
    throw new Error(`The gateway did not start. Its log ends with:\n\n${logTail(state.gatewayLog)}`);

  const firstStart = !isDone(state, step);
  if (firstStart) {
    await disablePeople(baseUrl, state.config);
    markDone(state, step);
  }
  if (stopping !== undefined) return;
  process.stdout.write(welcome(baseUrl, asTyped(state.config), firstStart));

  await gateway.ended;
  if (stopping === undefined)
    throw new Error(`The gateway has ended by itself. Its log ends with:\n\n${logTail(state.gatewayLog)}`);
}

/** A path as a person in the project's directory would type it. */
function asTyped(path: string): string {
  const short = relative(fileURLToPath(new URL('..', import.meta.url)), path);
  return short.startsWith('..') ? path : short;
}

async function main(): Promise<void> {
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => void stopAll());
  const defaultState = fileURLToPath(new URL('.state', import.meta.url));
  try {
    const options = readOptions(process.argv.slice(2), defaultState);
    if (options === 'help') process.stdout.write(usage);
    else await start(options);
  } catch (error) {
    // Whatever fails because everything is being stopped is no news.
    if (stopping === undefined) {
      process.stderr.write(`\n${error instanceof Error ? error.message : String(error)}\n`);
      process.exitCode = 1;
    }
  }
  await stopAll();
}

await main();
