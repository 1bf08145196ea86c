import type { PolicyRuleConfig } from '../config/index.ts';
import type { UserSnapshot } from '../directory/index.ts';
import type { SessionLogin } from '../sessions/index.ts';
import { withoutPort } from './described-request.ts';
import { foldPath, pathMatch, type PathMatch } from './path-match.ts';
import type { GateRequest } from './types.ts';

/** What is asked for, as far as rules look at it. */
export type AskedFor = Pick<GateRequest, 'host' | 'path' | 'method' | 'methodOverrides'>;

/** Who asks, as far as rules look at it. */
export interface PolicyPerson {
  readonly user: Pick<UserSnapshot, 'groups'>;
  readonly login: Pick<SessionLogin, 'authenticatedAt' | 'authTimeStated' | 'acr'>;
  readonly view: PolicyView;
}

/** What is remembered of a person who signed in with one provider; which rules let them in is found out once. */
export interface PolicyView {
  readonly provider: string;
  readonly role: string;
  readonly allowed: (boolean | undefined)[];
}

/** What comes of a request. `rule` is the one that decided; none where no rule holds. */
export interface Verdict {
  readonly kind: 'public' | 'admit' | 'step_up' | 'refuse';
  readonly because:
    | 'public'
    | 'allowed'
    /** Nobody is signed in. */
    | 'signed_out'
    /** Of none of the groups and roles, or by another provider. */
    | 'not_allowed'
    | 'nobody'
    /** No rule holds for this. */
    | 'no_rule'
    /** The rule names something that the proxy did not tell. */
    | 'untold'
    /** The sign-in is too long ago, or the identity provider did not say when it was. */
    | 'not_recent'
    | 'acr';
  readonly rule: PolicyRuleConfig | undefined;
}

export interface Policy {
  /** Judges one request at a time (milliseconds since the epoch). Pure and total. */
  judge(request: AskedFor, person: PolicyPerson | undefined, at: number): Verdict;
}

interface Rule {
  readonly index: number;
  readonly config: PolicyRuleConfig;
  readonly host: ((host: string) => boolean) | undefined;
  readonly path: PathMatch | undefined;
  readonly foldedPath: PathMatch | undefined;
  readonly methods: ReadonlySet<string> | undefined;
  /** Made once, so that judging allocates nothing. */
  readonly verdicts: Readonly<Record<Verdict['because'], Verdict>>;
}

/** Nobody overrides a method more than once or twice by accident. */
const mostOverrides = 8;

const strictness = { public: 0, admit: 1, step_up: 2, refuse: 3 } as const;

/**
 * The policy of a configuration. The first rule that holds for a request decides, and where none does the answer is no.
 *
 * Two doubts are settled to the strict side, by judging all readings: how carefully the application reads a path
 * (`/ADMIN` and `/admin%3B` must pass the rule for `/admin` as well), and which method it will go by when the client sends
 * overrides.
 */
export function compilePolicy(rules: readonly PolicyRuleConfig[]): Policy {
  const compiled = rules.map(compileRule);
  const foldsPatterns = rules.some(({ paths }) => paths.some(({ path }) => foldPath(path) !== path));
  const namesPaths = rules.some(({ paths }) => paths.length > 0);
  const namesMethods = rules.some(({ methods }) => methods.length > 0);

  function judgeAs(
    request: AskedFor,
    method: string | undefined,
    person: PolicyPerson | undefined,
    at: number,
  ): Verdict {
    const { path } = request;
    const host = request.host === undefined ? undefined : withoutPort(request.host);
    const written = decide(compiled, host, path, method, false, person, at);
    if (!namesPaths || path === undefined) return written;
    const folded = foldPath(path);
    const cut = path.includes('%') ? foldPath(path, true) : folded;
    if (folded === path && cut === path && !foldsPatterns) return written;
    const verdict = stricter(written, decide(compiled, host, folded, method, true, person, at));
    return cut === folded
      ? verdict
      : stricter(verdict, decide(compiled, host, cut, method, true, person, at));
  }

  return {
    judge(request, person, at) {
      const { method, methodOverrides: overrides } = request;
      let verdict = judgeAs(request, method, person, at);
      if (!namesMethods || overrides === undefined) return verdict;
      if (overrides.length > mostOverrides) return noRule;
      for (const each of overrides) verdict = stricter(verdict, judgeAs(request, each, person, at));
      return verdict;
    },
  };
}

function decide(
  rules: readonly Rule[],
  host: string | undefined,
  path: string | undefined,
  method: string | undefined,
  folded: boolean,
  person: PolicyPerson | undefined,
  at: number,
): Verdict {
  for (const rule of rules) {
    const byPath = folded ? rule.foldedPath : rule.path;
    if (
      (rule.host !== undefined && host === undefined) ||
      (byPath !== undefined && path === undefined) ||
      (rule.methods !== undefined && method === undefined)
    ) {
      return rule.verdicts.untold;
    }
    if (rule.host !== undefined && !rule.host(host ?? '')) continue;
    if (byPath !== undefined && !byPath(path ?? '')) continue;
    if (rule.methods !== undefined && !rule.methods.has(canonicalMethod(method ?? ''))) continue;
    return apply(rule, person, at);
  }
  return noRule;
}

const noRule: Verdict = { kind: 'refuse', because: 'no_rule', rule: undefined };

function apply(rule: Rule, person: PolicyPerson | undefined, at: number): Verdict {
  const { verdicts, config } = rule;
  if (config.allow === 'public') return verdicts.public;
  if (person === undefined) return verdicts.signed_out;
  if (config.allow === 'nobody') return verdicts.nobody;
  if (typeof config.allow === 'object') {
    const { allowed } = person.view;
    if (!(allowed[rule.index] ??= isAllowed(config.allow, person))) return verdicts.not_allowed;
  }
  const { login } = person;
  if (
    config.recent !== undefined &&
    !(login.authTimeStated === true && at - login.authenticatedAt <= config.recent)
  ) {
    return verdicts.not_recent;
  }
  if (config.acr.length > 0 && !config.acr.includes(login.acr ?? '')) return verdicts.acr;
  return verdicts.allowed;
}

function isAllowed(
  { groups, roles, providers }: Exclude<PolicyRuleConfig['allow'], string>,
  { user, view }: PolicyPerson,
): boolean {
  if (providers.length > 0 && !providers.includes(view.provider)) return false;
  if (groups.length === 0 && roles.length === 0) return true;
  return roles.includes(view.role) || groups.some((group) => user.groups.includes(group));
}

function stricter(a: Verdict, b: Verdict): Verdict {
  return strictness[b.kind] > strictness[a.kind] ? b : a;
}

/** HEAD asks for what GET shows; a method in small letters is the same to many applications. */
function canonicalMethod(method: string): string {
  const upper = method.toUpperCase();
  return upper === 'HEAD' ? 'GET' : upper;
}

function compileRule(config: PolicyRuleConfig, index: number): Rule {
  const { hosts, paths, methods } = config;
  const folded = paths.map(({ path, exact }) => ({ path: foldPattern(path), exact }));
  const verdict = (kind: Verdict['kind'], because: Verdict['because']): Verdict => ({
    kind,
    because,
    rule: config,
  });
  return {
    index,
    config,
    host: hosts.length === 0 ? undefined : hostMatch(hosts),
    path: paths.length === 0 ? undefined : pathMatch(paths),
    foldedPath: paths.length === 0 ? undefined : pathMatch(folded),
    methods: methods.length === 0 ? undefined : new Set(methods.map(canonicalMethod)),
    verdicts: {
      public: verdict('public', 'public'),
      allowed: verdict('admit', 'allowed'),
      signed_out: verdict('refuse', 'signed_out'),
      not_allowed: verdict('refuse', 'not_allowed'),
      nobody: verdict('refuse', 'nobody'),
      no_rule: verdict('refuse', 'no_rule'),
      untold: verdict('refuse', 'untold'),
      not_recent: verdict('step_up', 'not_recent'),
      acr: verdict('step_up', 'acr'),
    },
  };
}

/** `*` stays what it is. */
function foldPattern(path: string): string {
  return path
    .split('/')
    .map((segment) => (segment === '*' ? segment : foldPath(segment)))
    .join('/');
}

function hostMatch(hosts: readonly string[]): (host: string) => boolean {
  const whole = new Set(hosts.filter((host) => !host.startsWith('*.')));
  const ends = hosts.filter((host) => host.startsWith('*.')).map((host) => host.slice(1));
  return (host) => whole.has(host) || ends.some((end) => host.endsWith(end) && host.length > end.length);
}
