import type { Stores } from '../app.ts';
import {
  changedRules,
  mappingRules,
  type Config,
  type MappingRules,
  type RuleChange,
} from '../config/index.ts';
import { changedProviders, overTheLimit, preview, type PersonChange, type Preview } from '../jit/index.ts';
import type { Terminal } from './command.ts';
import { progress } from './progress.ts';

/** Rules to compare with, and what they are called. */
export interface RulesBefore {
  readonly rules: readonly MappingRules[];
  readonly version: string;
  readonly maxLossPercent: number | undefined;
}

/** Everything that differs, and what comes of it. */
export interface Diff {
  readonly before: RulesBefore;
  readonly version: string;
  readonly rules: readonly RuleChange[];
  readonly changes: readonly PersonChange[];
  readonly preview: Preview;
  readonly over: Preview['providers'];
  readonly maxLossPercent: number;
}

/** What a gateway of this directory took over last. */
export async function lastInForce({
  directory,
}: Pick<Stores, 'directory'>): Promise<RulesBefore | undefined> {
  const kept = await directory.rulesInForce();
  if (kept === undefined) return undefined;
  const { providers, maxLossPercent } = kept.rules as {
    providers: readonly MappingRules[];
    maxLossPercent: number;
  };
  return { rules: providers, version: kept.version, maxLossPercent };
}

/** Goes through everybody, telling how far it is where somebody watches. */
export async function diffOf(
  { directory }: Pick<Stores, 'directory'>,
  before: RulesBefore,
  config: Config,
  terminal: Terminal,
): Promise<Diff> {
  const after = mappingRules(config);
  const changes: PersonChange[] = [];
  const total = await directory.countKnownLogins(changedProviders(before.rules, after));
  const shown = progress(terminal, `of ${total.toLocaleString('en')} people looked at`);
  const result = await preview(directory, before.rules, after, {
    onPerson: (change) => changes.push(change),
    onProgress: shown.at,
  }).finally(shown.done);
  const maxLossPercent = before.maxLossPercent ?? config.reload.maxLossPercent;
  return {
    before,
    version: config.version,
    rules: changedRules(before.rules, after, config),
    changes,
    preview: result,
    over: overTheLimit(result, maxLossPercent / 100),
    maxLossPercent,
  };
}
