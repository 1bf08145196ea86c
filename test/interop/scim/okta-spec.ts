import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { runInNewContext } from 'node:vm';
import { ask, at, fillIn, parsed, type Answer, type Target, type Verdict } from './exchange.ts';

interface Assertion {
  readonly comparison: string;
  readonly source: string;
  readonly property?: string;
  readonly value: string | null;
}

interface Step {
  readonly step_type: string;
  readonly note?: string;
  readonly method: string;
  readonly url: string;
  readonly body?: string;
  /** A list of values, or one: exports of different years differ. */
  readonly headers: Readonly<Record<string, readonly string[] | string>>;
  readonly assertions: readonly Assertion[];
  readonly variables: readonly {
    readonly source: string;
    readonly name: string;
    readonly property: string;
  }[];
  readonly scripts: readonly string[];
}

/** Replays Okta's SPEC test, as Okta publishes it for its test runner: requests, assertions, scripts and variables. */
export async function replayOkta(file: string, target: Target): Promise<Verdict[]> {
  const { name: suite, steps } = JSON.parse(readFileSync(file, 'utf8')) as { name: string; steps: Step[] };
  const email = `Runscope${randomBytes(4).toString('hex')}@atko.example`;
  const variables = new Map([
    ['SCIMBaseURL', target.url],
    ['auth', `Bearer ${target.token}`],
    ['InvalidUserEmail', 'abcdefgh@atko.example'],
    ['UserIdThatDoesNotExist', '010101001010101011001010101011'],
    ['randomEmail', email],
    ['randomUsername', email],
    ['randomUsernameCaps', email.toUpperCase()],
    ['randomGivenName', 'Runscope'],
    ['randomFamilyName', 'Tester'],
  ]);
  const verdicts: Verdict[] = [];
  for (const step of steps.filter((each) => each.step_type === 'request')) {
    const headers = Object.fromEntries(
      Object.entries(step.headers).map(([name, values]) => [
        name,
        fillIn([values].flat()[0] ?? '', variables),
      ]),
    );
    const body = step.body ? fillIn(step.body, variables) : undefined;
    const answer = await ask(step.method, fillIn(step.url, variables), headers, body);
    const failures = [
      ...step.assertions.flatMap((assertion) => check(assertion, answer, variables)),
      ...step.scripts.flatMap((script) => runScript(script, answer)),
    ];
    for (const { name, property } of step.variables) {
      const value = at(parsed(answer.text), property);
      if (value !== undefined) variables.set(name, String(value));
    }
    verdicts.push({ suite, name: step.note ?? `${step.method} ${step.url}`, failures });
  }
  return verdicts;
}

function check(
  assertion: Assertion,
  { status, text }: Answer,
  variables: ReadonlyMap<string, string>,
): string[] {
  const { comparison, source, property = '', value } = assertion;
  // How long an answer takes says something of the machine, not of the protocol.
  if (source === 'response_time') return [];
  const actual = source === 'response_status' ? status : at(parsed(text), property);
  const expected = fillIn(value ?? '', variables);
  const holds = comparisons[comparison]?.(actual, expected);
  if (holds === true) return [];
  const what = `${property || source} ${comparison} ${expected}`.trim();
  return [
    holds === undefined ? `unknown comparison: ${what}` : `${what}, but it is ${JSON.stringify(actual)}`,
  ];
}

const comparisons: Readonly<Record<string, (actual: unknown, expected: string) => boolean>> = {
  equal: (actual, expected) => String(actual) === expected,
  equal_number: (actual, expected) => Number(actual) === Number(expected),
  not_empty: (actual) =>
    actual !== undefined &&
    actual !== null &&
    actual !== '' &&
    !(Array.isArray(actual) && actual.length === 0),
  has_value: (actual, expected) => (Array.isArray(actual) ? actual.includes(expected) : actual === expected),
  contains: (actual, expected) => String(actual).includes(expected),
  is_a_number: (actual) => typeof actual === 'number',
};

function runScript(script: string, { text }: Answer): string[] {
  if (script.trim() === '') return [];
  const failures: string[] = [];
  const assert = Object.assign(
    (holds: unknown, message: string) => {
      if (!holds) failures.push(message);
    },
    {
      ok(holds: unknown, message: string) {
        if (!holds) failures.push(message);
      },
    },
  );
  try {
    runInNewContext(script, { response: { body: text }, assert, log() {} }, { timeout: 1_000 });
  } catch (error) {
    failures.push(String(error));
  }
  return failures;
}
