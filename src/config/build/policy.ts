import { pathPattern } from '../schema/path-pattern.ts';
import type { GatewayFile } from '../schema/gateway-file.ts';
import type { AppConfig, PathPattern, PolicyRuleConfig } from '../types.ts';
import type { Report } from '../problems.ts';

/** The rules of the policy, in their order; undefined when the file has no policy. */
export function buildPolicy(file: GatewayFile, report: Report): Config['policy'] {
  return file.policy?.map((rule, index): PolicyRuleConfig => {
    const key = `policy.${index}`;
    const demanding = rule.recent !== undefined || rule.acr !== undefined;
    if (demanding && (rule.allow === 'public' || rule.allow === 'nobody')) {
      report.problem(`${key}.allow`, `${rule.allow} does not go together with recent or acr`);
    }
    if (typeof rule.allow === 'object' && Object.values(rule.allow).every((names) => names === undefined)) {
      report.problem(
        `${key}.allow`,
        'expected groups, roles or providers, or one of public, signed-in, nobody',
      );
    }
    return {
      file: report.file,
      line: report.lines[key],
      hosts: (rule.hosts ?? []).map((host) => host.toLowerCase()),
      paths: (rule.paths ?? []).flatMap(patternOf),
      methods: (rule.methods ?? []).map((method) => method.toUpperCase()),
      allow:
        typeof rule.allow === 'string'
          ? rule.allow
          : {
              groups: rule.allow.groups ?? [],
              roles: rule.allow.roles ?? [],
              providers: rule.allow.providers ?? [],
            },
      recent: rule.recent,
      acr: rule.acr ?? [],
    };
  });
}

/** The applications by host and path, for the audience of the assertion. */
export function buildApps(file: GatewayFile): readonly AppConfig[] {
  return (file.apps ?? []).map(({ host, path, audience }) => ({
    host: host?.toLowerCase(),
    path: (path === undefined ? undefined : pathPattern(path).pattern?.path) ?? '/',
    audience,
  }));
}

/** Rules that name a provider which no file configures would let nobody in: a slip. */
export function checkPolicyProviders(
  policy: Config['policy'],
  providerIds: readonly string[],
  report: Report,
): void {
  for (const [index, { allow }] of (policy ?? []).entries()) {
    if (typeof allow === 'string') continue;
    for (const id of allow.providers) {
      if (!providerIds.includes(id))
        report.problem(`policy.${index}.allow.providers`, `there is no provider ${JSON.stringify(id)}`);
    }
  }
}

function patternOf(written: string): readonly PathPattern[] {
  const { pattern } = pathPattern(written);
  return pattern === undefined ? [] : [pattern];
}

type Config = { readonly policy: readonly PolicyRuleConfig[] | undefined };
