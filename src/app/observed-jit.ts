import type { LoginOutcome } from '../jit/index.ts';
import type { Metrics, Tracing } from '../telemetry/index.ts';

/** Counts and traces what a login, or a re-check, changes in the directory. */
export function observedJit({
  metrics,
  tracing,
}: {
  readonly metrics: Pick<Metrics, 'jitChanged'>;
  readonly tracing: Pick<Tracing, 'span' | 'note'>;
}): (name: string, provider: string, work: () => Promise<LoginOutcome>) => Promise<LoginOutcome> {
  return (name, provider, work) =>
    tracing.span(name, { 'doorward.provider': provider }, async () => {
      const outcome = await work();
      if (outcome.kind === 'refused') {
        tracing.note({ 'doorward.jit.refused': outcome.reason });
        return outcome;
      }
      const { created, groupsCreated, added, removed } = outcome;
      const changes = [
        ['user_created', created ? 1 : 0],
        ['group_created', groupsCreated.length],
        ['membership_added', added.length],
        ['membership_removed', removed.length],
      ] as const;
      for (const [change, count] of changes) {
        if (count === 0) continue;
        metrics.jitChanged(provider, change, count);
        tracing.note({ [`doorward.jit.${change}`]: count });
      }
      if (changes.every(([, count]) => count === 0)) metrics.jitChanged(provider, 'none', 1);
      return outcome;
    });
}
