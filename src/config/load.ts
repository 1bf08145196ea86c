import { createHmac, createHash } from 'node:crypto';
import { readdir } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { compareProviders, type BuiltProvider } from './build/compare-providers.ts';
import { buildGateway, type GatewayConfig } from './build/gateway.ts';
import { checkPolicyProviders } from './build/policy.ts';
import { withLinkTo } from './build/link-to.ts';
import { buildProvider } from './build/provider.ts';
import { checkFile } from './check/check-file.ts';
import { resolveReferences, type Environment, type Resolved } from './file/references.ts';
import { readTextFile, tryRead, type ReadFile } from './file/text-file.ts';
import { readYaml, type YamlFile } from './file/yaml-file.ts';
import { firstSteps } from './first-steps.ts';
import { createReport, sortProblems, type Report } from './problems.ts';
import { gatewayFile, gatewayFileParts } from './schema/gateway-file.ts';
import { asJsonSchema } from './schema/json-schema.ts';
import { seal } from './seal.ts';
import type { Config, Problem } from './types.ts';

export interface LoadOptions {
  /** For `${env:NAME}`. */
  readonly env: Environment;
  /** Reads a file as text; by default from the disk, regular files of at most 1 MB. */
  readonly readFile?: ReadFile;
}

export type LoadedConfig =
  | { readonly ok: true; readonly config: Config }
  | {
      readonly ok: false;
      readonly problems: readonly Problem[];
      /** Our public address, where gateway.yaml says that much: the first questions come before the last file. */
      readonly gateway: Pick<Config, 'baseUrl' | 'prefix'> | undefined;
    };

/**
 * Reads `DIR/gateway.yaml` and `DIR/providers/*.yaml` into a Config, deeply frozen, or into all of its problems, by
 * file and line. Keeps nothing between two calls: a reload is another call. Never throws for what is in the files,
 * and no problem repeats a value that could be a secret.
 */
export async function loadConfig(
  dir: string,
  { env, readFile = readTextFile }: LoadOptions,
): Promise<LoadedConfig> {
  const problems: Problem[] = [];
  const root = resolve(dir);
  const fingerprint: string[] = [];

  /** One file: its text, its lines, its references. Undefined after the reason was reported. */
  const read = async (path: string): Promise<ReadSource | 'missing' | undefined> => {
    const text = await tryRead(readFile, resolve(path));
    if ('why' in text) {
      if (text.missing) return 'missing';
      createReport(path, {}, problems).problem(undefined, `this file cannot be used: ${text.why}`);
      return undefined;
    }
    const { file, mistakes } = readYaml(text.text);
    const report = createReport(path, file?.lines ?? {}, problems);
    for (const { line, key, message } of mistakes) {
      report.problemAt(line, message, key);
      if (key !== undefined) report.spoil(key);
    }
    if (!file) return undefined;
    const resolved = await resolveReferences(file.tree, report, { env, readFile, dir: root });
    fingerprint.push(path.slice(dir.length), digest(text.text), ...resolved.digests);
    return { report, yaml: file, resolved };
  };

  const names = await providerFiles(dir, problems);
  const gatewayPath = join(dir, 'gateway.yaml');
  const gatewaySource = await read(gatewayPath);
  const absent = { gateway: gatewaySource === 'missing', providers: names.length === 0 };
  if (absent.gateway || absent.providers) {
    const at = absent.gateway ? gatewayPath : join(dir, 'providers');
    createReport(at, {}, problems).problem(undefined, firstSteps(dir, absent));
  }

  let gateway: GatewayConfig | undefined;
  if (typeof gatewaySource === 'object') {
    const { report, resolved } = gatewaySource;
    const jsonSchema = () => asJsonSchema(gatewayFile);
    const file = checkFile(gatewayFileParts, resolved.tree, { report, hidden: resolved.hidden, jsonSchema });
    if (file) gateway = buildGateway(file, { report, dir: root, jsonSchema });
  }

  const built: BuiltProvider[] = [];
  for (const name of names) {
    const path = join(dir, 'providers', name);
    const source = await read(path);
    if (typeof source !== 'object') continue;
    const { report, yaml, resolved } = source;
    const id = idOf(name);
    if (id === undefined) {
      report.problem(
        undefined,
        'expected a file name of lower-case letters, digits and hyphens, such as okta-eu.yaml',
      );
    }
    const provider = buildProvider(resolved.tree, {
      report,
      hidden: resolved.hidden,
      id: id ?? 'unnamed',
      path: resolve(path),
      yaml,
      gateway,
      dir: root,
    });
    if (!provider) continue;
    built.push({ provider, report });
    if (provider.protocol === 'saml' && provider.idp.from === 'file') {
      const metadata = await tryRead(readFile, provider.idp.path);
      if ('why' in metadata) report.problem('metadata.file', `this file cannot be used: ${metadata.why}`);
      else fingerprint.push(digest(metadata.text));
    }
  }
  compareProviders(built);
  if (typeof gatewaySource === 'object') {
    const ids = names.map(idOf).filter((id) => id !== undefined);
    checkPolicyProviders(gateway?.policy, ids, gatewaySource.report);
  }

  if (problems.length > 0 || !gateway) {
    const address = gateway && { baseUrl: gateway.baseUrl, prefix: gateway.prefix };
    return { ok: false, problems: sortProblems(problems), gateway: address };
  }
  const version = versionOf(fingerprint, gateway.secrets);
  return {
    ok: true,
    config: seal({ ...gateway, providers: withLinkTo(built.map(({ provider }) => provider)), version }),
  };
}

interface ReadSource {
  readonly report: Report;
  readonly yaml: YamlFile;
  readonly resolved: Resolved;
}

/** Names of the providers' files, in order. Hidden files and others (`okta.yaml.off`) are left alone. */
async function providerFiles(dir: string, problems: Problem[]): Promise<string[]> {
  const entries = await readdir(join(dir, 'providers')).catch((error: unknown) => {
    const code = Error.isError(error) && 'code' in error ? error.code : undefined;
    if (code !== 'ENOENT' && code !== 'ENOTDIR') {
      createReport(join(dir, 'providers'), {}, problems).problem(undefined, 'this directory cannot be read');
    }
    return [];
  });
  const visible = entries.filter((name) => !name.startsWith('.')).sort();
  for (const name of visible.filter((entry) => /\.yml$/i.test(entry))) {
    createReport(join(dir, 'providers', name), {}, problems).problem(
      undefined,
      'this file would be left out; expected a name that ends in .yaml',
    );
  }
  return visible.filter((name) => name.endsWith('.yaml'));
}

function idOf(name: string): string | undefined {
  const id = name.slice(0, -'.yaml'.length);
  return /^[a-z0-9][a-z0-9-]{0,62}$/.test(id) ? id : undefined;
}

function digest(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

/** Short digest of all that was read. Keyed with the gateway's secret: a weak secret cannot be guessed from it. */
function versionOf(parts: readonly string[], [secret = '']: readonly string[]): string {
  return createHmac('sha256', secret).update(JSON.stringify(parts)).digest('hex').slice(0, 12);
}
