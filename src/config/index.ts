/**
 * config: what an administrator writes, understood whole before anything starts.
 *
 * Owns the form of `gateway.yaml` and `providers/*.yaml`, the presets (what is usual at each product, as data), secrets from
 * the environment and from files, and every mistake in all of them, told at once with file, line and key. It may know no
 * other room but the vocabulary; it reaches no network, keeps nothing between two calls, and never repeats a secret.
 *
 *   text ──yaml──▶ tree + lines ──${env} ${file}──▶ tree ──zod──▶ file ──preset, defaults, rules──▶ Config (sealed)
 *          └────────────┴──────────────────┴──────────────┴──────────────┴──▶ Problem[] (all, in order)
 */
export { formatProblems } from './format-problems.ts';
export { loadConfig, type LoadedConfig, type LoadOptions } from './load.ts';
export { changedRules, mappingRules, type MappingRules, type RuleChange } from './mapping-rules.ts';
export { presetNamed, presetNames } from './presets/index.ts';
export type { Preset } from './presets/preset.ts';
export { jsonSchema, type JsonSchema } from './schema/json-schema.ts';
export { parseDuration } from './schema/fields.ts';
export { mixColors } from './schema/colors.ts';
export { redactedConfig } from './seal.ts';
export * from './types.ts';
export { certificatesEnd, endingsOf, endsWithin, type Credential, type Ending } from './endings.ts';
