import { once } from 'node:events';
import { createApp, createReloader, watchConfig } from '../../app.ts';
import { createLogger } from '../../telemetry/index.ts';
import { awaitStores } from '../await-stores.ts';
import { exit, type Command } from '../command.ts';
import { configOf } from '../configuration.ts';

export const serve: Command = {
  name: 'serve',
  summary: 'Run the gateway with the files under the configuration directory',
  usage: '[--config DIR]',
  help: [
    'Files that change are taken over at once, whole, or not at all; SIGHUP does the same. Rules that would take much away',
    'wait for `doorward config reload --yes`.',
    'Ends on SIGTERM and SIGINT once the requests under way are answered.',
    'Example: doorward serve --config /etc/doorward',
  ].join('\n'),
  options: {},
  words: [0, 0],
  async run(args, terminal) {
    const config = await configOf(args, terminal);
    if (!config) return exit.usage;
    const log = createLogger({ level: config.log.level });
    const stopping = stopSignal();
    const open = () => createApp(config, { log, env: terminal.env });
    const isServer = config.state.directory.startsWith('postgres');
    const app = isServer ? await awaitStores(open, log, stopping) : await open();
    try {
      await app.start();
    } catch (error) {
      await app.stop();
      const busy = portInUse(error);
      if (busy === undefined) throw error;
      terminal.err(
        `doorward serve: ${busy} is in use by another program. Stop it, or change "listen" or "ops" in gateway.yaml.\n`,
      );
      return exit.no;
    }
    log.info(
      { baseUrl: config.baseUrl, address: app.address(), version: config.version },
      'doorward is serving',
    );
    const reloader = createReloader(args.configDir, app, { env: terminal.env, log });
    const reload = async (): Promise<void> => void (await reloader.reload());
    const unwatch = watchConfig(args.configDir, reload);
    process.on('SIGHUP', () => void reload());
    if (!stopping.aborted) await once(stopping, 'abort');
    unwatch();
    reloader.stop();
    log.info({}, 'doorward is stopping');
    await app.stop();
    return exit.ok;
  },
};

/** Aborted when the process is told to stop; from now on that does not end it at once. */
function stopSignal(): AbortSignal {
  const stopping = new AbortController();
  for (const name of ['SIGTERM', 'SIGINT'] as const) process.once(name, () => stopping.abort());
  return stopping.signal;
}

function portInUse(error: unknown): string | undefined {
  if (!Error.isError(error) || !('code' in error) || error.code !== 'EADDRINUSE') return undefined;
  return 'port' in error ? `port ${String(error.port)}` : 'the socket';
}
