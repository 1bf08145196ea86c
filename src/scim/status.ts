import type { ScimActivityStore, ScimReport, ScimStore } from '../directory/index.ts';

/** How provisioning goes, for one provider. Times are ISO 8601. */
export interface ScimStatus extends ScimReport {
  readonly provider: string;
  readonly lastRequest: string | undefined;
  readonly requests: number;
  /** What was done, by method and path: `POST /Users` → 12. */
  readonly done: Readonly<Record<string, number>>;
  /** Refusals by status and scimType: `409 uniqueness` → 2. */
  readonly errors: Readonly<Record<string, number>>;
  readonly lastRefused: { readonly at: string; readonly why: string } | undefined;
}

/**
 * What a provider's client did lately, and how its people fit with those who sign in. Counts are of all processes, a few
 * seconds late; what a process had counted when it was killed is missing in them. The audit trail misses nothing.
 */
export async function scimStatus(
  store: Pick<ScimStore, 'report'> & { readonly activity: Pick<ScimActivityStore, 'read'> },
  provider: string,
): Promise<ScimStatus> {
  const [report, activities] = await Promise.all([store.report(provider), store.activity.read(provider)]);
  const named = (what: string) => activities.find((each) => each.what === what);
  const [request, refused] = [named('request'), named('refused')];
  const counted = (prefix: RegExp) =>
    Object.fromEntries(
      activities
        .filter(({ what }) => prefix.test(what))
        .map(({ what, total }) => [what.replace(/^error /, ''), total]),
    );
  return {
    provider,
    ...report,
    lastRequest: request && new Date(request.lastAt).toISOString(),
    requests: request?.total ?? 0,
    done: counted(/^[A-Z]+ \//),
    errors: counted(/^error /),
    lastRefused: refused && { at: new Date(refused.lastAt).toISOString(), why: refused.detail ?? '' },
  };
}
