import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { exit, type Command, type ExitCode } from '../command.ts';

export const demo: Command = {
  name: 'demo',
  summary: 'Run the gateway with two demo identity providers and a sample catalog',
  usage: '[--port N] [--reset]',
  help: 'Needs the development dependencies (npm ci). A second start keeps the data; --reset starts anew.\nExample: doorward demo --port 5180',
  options: { port: { type: 'string' }, reset: { type: 'boolean' } },
  words: [0, 0],
  run(args) {
    const { port, reset } = args.flags;
    const script = fileURLToPath(new URL('../../../demo/main.ts', import.meta.url));
    const words = [
      ...(typeof port === 'string' ? ['--port', port] : []),
      ...(reset === true ? ['--reset'] : []),
    ];
    // A process of its own: the demo's identity providers are no part of the product, and stay out of its imports.
    const child = spawn(process.execPath, [script, ...words], { stdio: 'inherit' });
    return new Promise<ExitCode>((resolve, reject) => {
      // A terminal sends Ctrl-C to both; the child stops first, and this process leaves with it.
      const ignore = () => {};
      process.on('SIGINT', ignore);
      process.once('SIGTERM', () => child.kill('SIGTERM'));
      child.once('error', reject);
      child.once('exit', (code) => resolve(code === 0 ? exit.ok : exit.no));
    });
  },
};
