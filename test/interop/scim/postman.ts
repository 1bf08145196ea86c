import { readFileSync } from 'node:fs';
import { isDeepStrictEqual } from 'node:util';
import { runInNewContext } from 'node:vm';
import { ask, fillIn, parsed, type Answer, type Target, type Verdict } from './exchange.ts';

interface Item {
  readonly name: string;
  readonly item?: readonly Item[];
  readonly event?: readonly {
    readonly listen: string;
    readonly script: { readonly exec?: readonly string[] };
  }[];
  readonly request?: {
    readonly method: string;
    readonly url: string | { readonly raw: string };
    readonly header?: readonly {
      readonly key: string;
      readonly value: string;
      readonly disabled?: boolean;
    }[];
    readonly body?: { readonly raw?: string };
  };
}

/** Replays a Postman collection in its order: requests with their variables, and the test scripts behind them. */
export async function replayPostman(file: string, target: Target): Promise<Verdict[]> {
  const collection = JSON.parse(readFileSync(file, 'utf8')) as { info: { name: string }; item: Item[] };
  const url = new URL(target.url);
  const variables = new Map([
    ['Protocol', url.protocol.replace(':', '')],
    ['Server', url.hostname],
    ['Port', url.port === '' ? '' : `:${url.port}`],
    ['Api', url.pathname.slice(1)],
    ['token', target.token],
  ]);
  const verdicts: Verdict[] = [];
  for (const { item, path } of requestsIn(collection.item)) {
    const { request } = item;
    const raw = typeof request?.url === 'string' ? request.url : (request?.url.raw ?? '');
    // The reference server hands tokens out itself; ours come from the command line.
    if (!request || raw.endsWith('/Token')) continue;
    const headers: Record<string, string> = { authorization: `Bearer ${target.token}` };
    for (const { key, value, disabled } of request.header ?? [])
      if (disabled !== true && key.toLowerCase() !== 'authorization') headers[key] = fillIn(value, variables);
    const body = request.body?.raw ? fillIn(request.body.raw, variables) : undefined;
    const answer = await ask(request.method, fillIn(raw, variables), headers, body);
    const scripts = (item.event ?? []).filter(({ listen }) => listen === 'test');
    const source = scripts.flatMap(({ script }) => script.exec ?? []).join('\n');
    verdicts.push({
      suite: collection.info.name,
      name: `${path}: ${item.name}`,
      failures: runTests(source, answer, variables),
    });
  }
  return verdicts;
}

function requestsIn(items: readonly Item[], path = ''): { item: Item; path: string }[] {
  return items.flatMap((item) => [
    ...(item.request ? [{ item, path }] : []),
    ...requestsIn(item.item ?? [], item.name),
  ]);
}

/** As much of Postman's `pm` as such collections use. */
function runTests(source: string, answer: Answer, variables: Map<string, string>): string[] {
  const failures: string[] = [];
  const must = (holds: boolean, what: string): void => {
    if (!holds) throw new Error(what);
  };
  const expectation = (actual: unknown) => {
    const say = (value: unknown) => JSON.stringify(value)?.slice(0, 200);
    const includes = (value: unknown) =>
      typeof actual === 'string'
        ? actual.includes(String(value))
        : Array.isArray(actual) && actual.some((each) => isDeepStrictEqual(each, value));
    // Values come from the script's own realm: compared as JSON.
    const plain = (value: unknown) => parsed(JSON.stringify(value) ?? 'null');
    return {
      to: {
        eql: (value: unknown) =>
          must(isDeepStrictEqual(plain(actual), plain(value)), `${say(actual)} is not ${say(value)}`),
        equal: (value: unknown) => must(actual === value, `${say(actual)} is not ${say(value)}`),
        include: (value: unknown) => must(includes(value), `${say(actual)} does not include ${say(value)}`),
        not: { include: (value: unknown) => must(!includes(value), `${say(actual)} includes ${say(value)}`) },
      },
    };
  };
  const set = (name: string, value: unknown) => void variables.set(name, String(value));
  const pm = {
    test(name: string, work: () => void) {
      try {
        work();
      } catch (error) {
        failures.push(`${name}: ${error instanceof Error ? error.message : String(error)}`);
      }
    },
    expect: expectation,
    environment: { get: (name: string) => variables.get(name), set },
    response: {
      code: answer.status,
      json: () => parsed(answer.text),
      text: () => answer.text,
      to: {
        have: {
          status: (status: number) =>
            must(answer.status === status, `the status is ${answer.status}, not ${status}`),
        },
      },
    },
  };
  const context = {
    pm,
    postman: { setEnvironmentVariable: set },
    responseBody: answer.text,
    console: { log() {} },
  };
  try {
    runInNewContext(source, context, { timeout: 2_000 });
  } catch (error) {
    failures.push(String(error));
  }
  return failures;
}
