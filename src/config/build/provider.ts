import { checkFile, type CheckOptions } from '../check/check-file.ts';
import type { TreeMap } from '../file/tree.ts';
import { presetNamed, presetNames } from '../presets/index.ts';
import { asJsonSchema, type JsonSchema } from '../schema/json-schema.ts';
import { oidcFile, oidcFileParts } from '../schema/oidc-file.ts';
import { samlFile, samlFileParts } from '../schema/saml-file.ts';
import type { ProviderConfig } from '../types.ts';
import { buildOidc } from './oidc.ts';
import type { ProviderContext } from './provider-common.ts';
import { buildSaml } from './saml.ts';

/** A provider from what its file holds, references resolved; undefined after its mistakes were reported. */
export function buildProvider(
  tree: TreeMap,
  options: Omit<CheckOptions, 'jsonSchema'> &
    Pick<ProviderContext, 'id' | 'path' | 'yaml' | 'gateway' | 'dir'>,
): ProviderConfig | undefined {
  const { report, hidden } = options;
  const preset = presetNamed(tree['preset']);
  const protocol = protocolOf(tree);
  const jsonSchema = (): JsonSchema => asJsonSchema(protocol === 'saml' ? samlFile : oidcFile);
  const [here, other] = protocol === 'saml' ? (['saml', oidcFile] as const) : (['oidc', samlFile] as const);
  const elsewhere = (key: string) =>
    Object.hasOwn(other.shape, key) ? `not for a provider that speaks ${here}` : undefined;
  const check = { report, hidden, jsonSchema, elsewhere };
  const missingPreset = tree['preset'] === undefined && !report.spoiled('preset');
  if (missingPreset) report.problem('preset', `missing; expected one of ${presetNames.join(', ')}`);
  const presetName = typeof tree['preset'] === 'string' ? tree['preset'] : '';

  // Without a known preset there is nothing to build from; what is in the file is judged all the same.
  if (protocol === 'saml') {
    const file = checkFile(samlFileParts, tree, check);
    if (!preset || !file) return undefined;
    if (preset.saml) return buildSaml(file, preset.saml, { ...options, jsonSchema, preset, presetName });
    report.problem('protocol', onlySpeaks(presetName, 'oidc'));
    return undefined;
  }
  const file = checkFile(oidcFileParts, tree, check);
  if (!preset || !file) return undefined;
  if (preset.oidc) return buildOidc(file, preset.oidc, { ...options, jsonSchema, preset, presetName });
  report.problem('protocol', onlySpeaks(presetName, 'saml'));
  return undefined;
}

function onlySpeaks(preset: string, protocol: string): string {
  return `the preset ${preset} speaks ${protocol} only`;
}

/** By the file's own word, else by the preset, else by the keys that only SAML has. */
function protocolOf(tree: TreeMap): 'oidc' | 'saml' {
  const { protocol } = tree;
  if (protocol === 'oidc' || protocol === 'saml') return protocol;
  const preset = presetNamed(tree['preset']);
  if (preset) return preset.prefers;
  return tree['metadata'] !== undefined || tree['idp'] !== undefined ? 'saml' : 'oidc';
}
