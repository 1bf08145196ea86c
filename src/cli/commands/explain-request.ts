import { withStores } from '../../app.ts';
import { parseDuration, type Config, type PolicyRuleConfig } from '../../config/index.ts';
import { canonicalHost, compilePolicy, type PolicyPerson, type Verdict } from '../../gate/index.ts';
import {
  canonicalPath,
  groupNames,
  roleOf,
  standingRefusal,
  type RefusalReason,
  type User,
} from '../../identity/index.ts';
import { exit, type Arguments, type ExitCode, type Terminal } from '../command.ts';
import { printable } from '../table.ts';

/** The flags by which `doorward explain` knows that a request is meant; `--user` and `--provider` say whose. */
export const requestFlags = {
  request: { type: 'string' },
  age: { type: 'string' },
  acr: { type: 'string' },
} as const;

interface Asked {
  readonly method: string;
  readonly host: string;
  readonly path: string;
}

/** Explains which rule of the policy a request of this person, or of nobody, would meet. Asks the directory, changes nothing. */
export async function explainRequest(config: Config, args: Arguments, terminal: Terminal): Promise<ExitCode> {
  const { request, user: name, provider, age = '0s', acr } = args.flags;
  const asked = readRequest(String(request));
  const ago = parseDuration(String(age));
  if (asked === undefined || ago === undefined) {
    terminal.err(
      asked === undefined
        ? "--request takes a method and an address, as in 'GET https://catalog.example/admin'\n"
        : '--age takes a duration such as 20m: how long ago the person signed in\n',
    );
    return exit.usage;
  }
  if (asked === 'ambiguous') {
    const why = 'proxy and application could read this address differently';
    return tell(terminal, args.json, { decision: 'refused', because: why });
  }
  if (typeof name !== 'string') return judge(config, args, terminal, asked, undefined);
  return withStores(config, async ({ directory }) => {
    const [user, another] = await directory.findByName(name);
    if (user === undefined || another !== undefined) {
      terminal.err(`${user === undefined ? 'no' : 'more than one'} user has the name "${name}"\n`);
      return exit.no;
    }
    const known = [...new Set(user.identities.map((identity) => identity.provider))];
    const by = typeof provider === 'string' ? provider : known[0];
    const rules = config.providers.find((each) => each.id === by);
    if (rules === undefined) {
      terminal.err(`say by which provider ${name} signed in: --provider ID\n`);
      return exit.usage;
    }
    const groups = groupNames(user.memberships);
    const role = roleOf(rules.role, groups, user.idpRoles[rules.id]);
    const at = Date.now();
    const person = {
      user: { groups },
      login: {
        authenticatedAt: at - ago,
        authTimeStated: true,
        ...(typeof acr === 'string' && { acr }),
      },
      view: { provider: rules.id, role, allowed: [] },
    };
    return judge(config, args, terminal, asked, { user, person, at });
  });
}

function judge(
  config: Config,
  args: Arguments,
  terminal: Terminal,
  asked: Asked,
  who: { readonly user: User; readonly person: PolicyPerson; readonly at: number } | undefined,
): ExitCode {
  const facts = {
    request: `${asked.method} ${asked.host} ${asked.path}`,
    person: who === undefined ? 'nobody is signed in' : describe(who.user, who.person),
  };
  if (config.policy === undefined) {
    const because = 'there is no policy: whoever is signed in may open everything';
    const refusal = who && standingRefusal(who.user);
    if (refusal !== undefined) return tell(terminal, args.json, { ...facts, ...switchedOff(refusal) });
    return tell(terminal, args.json, {
      ...facts,
      decision: who === undefined ? 'sent to the login' : 'admitted',
      because,
    });
  }
  const verdict = compilePolicy(config.policy).judge(asked, who?.person, who?.at ?? 0);
  const rule = verdict.rule && { rule: ruleText(verdict.rule), where: placeOf(verdict.rule) };
  const refusal = who && standingRefusal(who.user);
  if (refusal !== undefined && verdict.kind !== 'public') {
    return tell(terminal, args.json, { ...facts, ...rule, ...switchedOff(refusal) });
  }
  return tell(terminal, args.json, { ...facts, ...rule, decision: decisions[verdict.kind], ...why(verdict) });
}

const decisions: Readonly<Record<Verdict['kind'], string>> = {
  public: 'admitted as anybody is',
  admit: 'admitted',
  step_up: 'has to sign in anew',
  refuse: 'refused',
};

const reasons: Readonly<Record<Verdict['because'], string>> = {
  public: 'the page is public',
  allowed: 'the rule lets this person in',
  signed_out: 'the rule is for people who are signed in; a browser is sent to the login',
  not_allowed:
    'the person is in none of the groups and roles of the rule, or signed in with another provider',
  nobody: 'the rule lets nobody in',
  no_rule: 'no rule of the policy holds for this request',
  untold: 'the rule names something that is not known of the request',
  not_recent: 'the sign-in is longer ago than the rule allows',
  acr: 'the sign-in was in none of the contexts (acr) of the rule',
};

function why(verdict: Verdict): { decision?: string; because: string } {
  const because = reasons[verdict.because];
  return verdict.because === 'signed_out' ? { decision: 'sent to the login', because } : { because };
}

function switchedOff(refusal: RefusalReason): { decision: string; because: string } {
  return { decision: 'refused', because: `the user is switched off (${refusal})` };
}

function describe({ profile }: User, { user, view, login }: PolicyPerson): string {
  const groups = user.groups.length === 0 ? 'in no group' : `in ${user.groups.join(' | ')}`;
  const acr = login.acr === undefined ? '' : `, acr ${login.acr}`;
  return `${profile.userName}, signed in with ${view.provider}, role ${view.role}, ${groups}${acr}`;
}

function placeOf({ file, line }: PolicyRuleConfig): string {
  return line === undefined ? file : `${file}:${line}`;
}

/** A rule as one would write it. */
function ruleText({ hosts, paths, methods, allow, recent, acr }: PolicyRuleConfig): string {
  const list = (name: string, values: readonly string[]): string[] =>
    values.length === 0 ? [] : [`${name}: [${values.join(', ')}]`];
  const people =
    typeof allow === 'string'
      ? [`allow: ${allow}`]
      : [
          `allow: { ${[
            ...list('groups', allow.groups),
            ...list('roles', allow.roles),
            ...list('providers', allow.providers),
          ].join(', ')} }`,
        ];
  return [
    ...list('hosts', hosts),
    ...list(
      'paths',
      paths.map(({ path, exact }) => (exact ? `= ${path}` : path)),
    ),
    ...list('methods', methods),
    ...people,
    ...(recent === undefined ? [] : [`recent: ${recent / 1000}s`]),
    ...list('acr', acr),
  ].join(', ');
}

/** `GET https://host/path`, in the form in which rules are matched; undefined when it is not written so. */
function readRequest(text: string): Asked | 'ambiguous' | undefined {
  const [, method = 'GET', scheme, host, target = ''] =
    /^(?:([A-Za-z-]+)\s+)?(https?):\/\/([^/?#]+)(.*)$/s.exec(text.trim()) ?? [];
  if (scheme === undefined || host === undefined) return undefined;
  const name = canonicalHost(host, scheme === 'https' ? 'https' : 'http');
  // A character of a request target stands for one byte.
  const bytes = Buffer.from(target === '' ? '/' : target, 'utf8').toString('latin1');
  const path = canonicalPath(bytes.startsWith('?') ? `/${bytes}` : bytes);
  if (name === undefined || path === undefined) return 'ambiguous';
  return { method: method.toUpperCase(), host: name, path };
}

function tell(
  terminal: Terminal,
  json: boolean,
  facts: Readonly<Record<string, string>> & { readonly decision: string },
): ExitCode {
  if (json) terminal.out(`${JSON.stringify(facts, null, 2)}\n`);
  else
    for (const [label, value] of Object.entries(facts))
      terminal.out(`${label.padEnd(10)}${printable(value)}\n`);
  return facts.decision.startsWith('admitted') ? exit.ok : exit.no;
}
