import type { Actor, AuditEvent } from '../audit/index.ts';
import type { AdminDeps } from './types.ts';

/** Files on disk that the gateway holds back because they take much away. */
export interface HeldConfig {
  readonly at: number;
  readonly version: string;
  readonly losses: readonly string[];
}

/** What is held now, as the audit trail has it: nothing was taken over, and nothing was found wrong, since. */
export async function heldConfig({
  directory,
  config,
}: Pick<AdminDeps, 'directory' | 'config'>): Promise<HeldConfig | undefined> {
  const [held, loaded, rejected] = await Promise.all(
    (['config.held', 'config.loaded', 'config.rejected'] as const).map(async (type) =>
      (await directory.read({ type, limit: 1 })).at(0),
    ),
  );
  if (held?.event.type !== 'config.held' || held.event.version === config.version) return undefined;
  if (held.seq < Math.max(loaded?.seq ?? 0, rejected?.seq ?? 0)) return undefined;
  const { at, version, losses = [] } = held.event;
  return { at, version, losses };
}

/** Takes an administrator's word for exactly the files that are held; false when it is others, or none. */
export async function acceptConfig(
  deps: Pick<AdminDeps, 'directory' | 'config' | 'now'>,
  version: string,
  actor: Actor,
): Promise<boolean> {
  const held = await heldConfig(deps);
  if (held?.version !== version) return false;
  const at = deps.now();
  await deps.directory.acceptRules(version, at, (): AuditEvent[] => [
    { type: 'config.accepted', at, actor, version },
  ]);
  return true;
}
