import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from '@jest/globals';
import { parse } from 'yaml';

const root = fileURLToPath(new URL('../../..', import.meta.url));
const read = (name: string): string => readFileSync(join(root, name), 'utf8');

interface Service {
  readonly build?: { readonly target: string };
  readonly image?: string;
  readonly ports?: readonly string[];
  readonly networks?: readonly string[];
  readonly secrets?: readonly string[];
  readonly volumes?: readonly string[];
  readonly depends_on?: Readonly<Record<string, { condition: string }>>;
  readonly healthcheck?: { readonly test: readonly string[] };
  readonly command?: readonly string[];
}

interface Compose {
  readonly services: Readonly<Record<string, Service>>;
  readonly networks: Readonly<Record<string, { internal?: boolean }>>;
  readonly volumes: Readonly<Record<string, unknown>>;
  readonly secrets: Readonly<Record<string, { file: string }>>;
}

interface Stage {
  readonly name: string;
  readonly from: string;
  readonly instructions: readonly (readonly [word: string, rest: string])[];
}

/** The stages of the Dockerfile, continued lines joined. */
function stagesOf(dockerfile: string): Stage[] {
  const lines = dockerfile.replaceAll(/\\\n\s*/g, '').split('\n');
  const stages: Stage[] = [];
  for (const line of lines.filter((each) => each !== '' && !each.startsWith('#'))) {
    const [, word = '', rest = ''] = /^(\w+)\s+(.*)$/.exec(line) ?? [];
    const from = /^(\S+) AS (\S+)$/.exec(rest);
    if (word === 'FROM' && from) stages.push({ name: from[2]!, from: from[1]!, instructions: [] });
    else (stages.at(-1)!.instructions as [string, string][]).push([word, rest]);
  }
  return stages;
}

const compose = parse(read('docker-compose.yml')) as Compose;
const stages = stagesOf(read('Dockerfile'));
const services = Object.entries(compose.services);

describe('docker-compose.yml', () => {
  it('has the gateway, Redis, PostgreSQL and the sample catalog', () => {
    expect(Object.keys(compose.services).sort()).toEqual(['catalog', 'gateway', 'postgres', 'redis']);
  });

  it('publishes the gateway only, on loopback unless told otherwise', () => {
    expect(services.filter(([, service]) => service.ports !== undefined).map(([name]) => name)).toEqual([
      'gateway',
    ]);
    expect(compose.services['gateway']!.ports).toEqual(['${DOORWARD_PUBLISH:-127.0.0.1:4180}:4180']);
  });

  it('keeps everything but the gateway in a network that leads nowhere', () => {
    expect(compose.networks['back']).toEqual({ internal: true });
    for (const [name, service] of services)
      expect([name, service.networks]).toEqual([name, name === 'gateway' ? ['front', 'back'] : ['back']]);
  });

  it.each(services)('%s names only what is defined', (_name, service) => {
    for (const secret of service.secrets ?? []) expect(Object.keys(compose.secrets)).toContain(secret);
    for (const network of service.networks ?? []) expect(Object.keys(compose.networks)).toContain(network);
    for (const other of Object.keys(service.depends_on ?? {}))
      expect(Object.keys(compose.services)).toContain(other);
    for (const volume of service.volumes ?? []) {
      const source = volume.split(':')[0]!;
      if (source.startsWith('.')) expect([source, existsSync(join(root, source))]).toEqual([source, true]);
      else expect(Object.keys(compose.volumes)).toContain(source);
    }
    if (service.build !== undefined)
      expect(stages.map((stage) => stage.name)).toContain(service.build.target);
  });

  it.each(services)('%s is checked for health', (_name, service) => {
    const stage = stages.find((each) => each.name === service.build?.target);
    const inImage = stage?.instructions.some(([word]) => word === 'HEALTHCHECK') ?? false;
    expect(inImage || service.healthcheck !== undefined).toBe(true);
  });

  it('has every secret that the configuration reads, made by make-secrets and kept out of git', () => {
    const named = [...read('deploy/compose/gateway.yaml').matchAll(/\$\{file:\/run\/secrets\/(\w+)\}/g)].map(
      (match) => match[1],
    );
    expect(named.sort()).toEqual([...compose.services['gateway']!.secrets!].sort());
    for (const [name, secret] of Object.entries(compose.secrets)) {
      expect(secret.file).toBe(`./deploy/compose/secrets/${name}`);
      expect(read('deploy/compose/make-secrets')).toContain(name);
    }
    expect(read('.gitignore')).toContain('/deploy/compose/secrets/');
  });

  it('has no secret in any argument', () => {
    const argumentsOf = services.flatMap(([, service]) => service.command ?? []);
    expect(argumentsOf.filter((word) => /--requirepass/.test(word))).toEqual([]);
  });

  it('waits for the stores of the same names as in the configuration', () => {
    const config = read('deploy/compose/gateway.yaml');
    for (const name of ['postgres', 'redis', 'catalog']) {
      expect(config).toMatch(new RegExp(`[@/]${name}:\\d+`));
      expect(compose.services['gateway']!.depends_on![name]).toEqual({ condition: 'service_healthy' });
    }
  });
});

describe('Dockerfile', () => {
  it.each(stages)('$name copies only what exists and what .dockerignore lets in', (stage) => {
    const allowed = read('.dockerignore')
      .split('\n')
      .filter((line) => line.startsWith('!'))
      .map((line) => line.slice(1));
    for (const [, rest] of stage.instructions.filter(([word]) => word === 'COPY')) {
      if (rest.startsWith('--from=')) {
        expect(stages.map(({ name }) => name)).toContain(/^--from=(\S+)/.exec(rest)![1]);
        continue;
      }
      for (const source of rest.split(/\s+/).slice(0, -1)) {
        expect([source, existsSync(join(root, source))]).toEqual([source, true]);
        expect([source, allowed.some((each) => source === each || source.startsWith(`${each}/`))]).toEqual([
          source,
          true,
        ]);
      }
    }
  });

  it.each(['gateway', 'catalog'])('%s does not run as root, and its command exists', (name) => {
    const { instructions } = stages.find((each) => each.name === name)!;
    const last = (word: string) => instructions.findLast((each) => each[0] === word)?.[1] ?? '';
    expect(last('USER')).toBe('node');
    const [program, file] = JSON.parse(last('CMD')) as [string, string];
    expect(program).toBe('node');
    expect(existsSync(join(root, file))).toBe(true);
  });

  it('ends with the gateway, so that a plain build gives the product', () => {
    expect(stages.at(-1)!.name).toBe('gateway');
  });
});
