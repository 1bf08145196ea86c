import { expect } from '@jest/globals';
import { scimProviderOf, type Reply, type ScimWorld } from '../../support/scim-world.ts';
import type { ScimCase, Step } from './case.ts';

let cases = 0;

/** Runs a case over real HTTP, as the client of a provider that nobody else uses. */
export async function runCase(world: ScimWorld, { steps }: ScimCase): Promise<void> {
  cases += 1;
  const provider = `case-${cases}`;
  world.providers.set(provider, scimProviderOf(provider));
  const send = await world.client(provider);
  const kept = new Map<string, string>();
  for (const step of steps) {
    const reply = await carryOut(world, send, step, kept);
    compare(step, reply, kept);
    if (step.keep !== undefined) kept.set(step.keep, String(reply.body.id));
  }
}

async function carryOut(
  world: ScimWorld,
  send: Awaited<ReturnType<ScimWorld['client']>>,
  step: Step,
  kept: ReadonlyMap<string, string>,
): Promise<Reply> {
  const at = step.send.indexOf(' ');
  const [method, path] = [step.send.slice(0, at), fill(step.send.slice(at + 1), kept) as string];
  const body = step.body === undefined ? undefined : fill(step.body, kept);
  if (step.authorization === undefined) return send(method, encoded(path), body, { ...step.headers });
  const own = step.authorization === 'none' ? {} : { authorization: step.authorization };
  return world.send(undefined)(method, encoded(path), body, { ...step.headers, ...own });
}

/** As clients encode a query: everything but what separates its parts. */
function encoded(path: string): string {
  const at = path.indexOf('?');
  if (at < 0) return path;
  const pairs = path
    .slice(at + 1)
    .split(/&(?=\w+(?:=|$|&))/)
    .map((pair) => {
      const equals = pair.indexOf('=');
      return equals < 0
        ? pair
        : `${pair.slice(0, equals)}=${encodeURIComponent(decodeURIComponent(pair.slice(equals + 1)))}`;
    });
  return `${path.slice(0, at)}?${pairs.join('&')}`;
}

function compare(step: Step, reply: Reply, kept: ReadonlyMap<string, string>): void {
  const what = `${step.send} → ${reply.status} ${JSON.stringify(reply.body)?.slice(0, 600)}`;
  const statuses = typeof step.status === 'number' ? [step.status] : step.status;
  if (!statuses.includes(reply.status)) throw new Error(`expected ${statuses.join(' or ')}: ${what}`);
  if (reply.body !== undefined) {
    expect(reply.headers.get('content-type')).toMatch(/^application\/scim\+json/);
  }
  if (step.answer !== undefined && reply.body !== undefined)
    expect(reply.body).toMatchObject(fill(step.answer, kept) as object);
  if (step.answer !== undefined && reply.body === undefined && reply.status !== 204)
    throw new Error(`expected a body: ${what}`);
  for (const name of step.without ?? [])
    expect(reply.body ?? {}).not.toHaveProperty(name.includes('urn:') ? [name] : name);
  step.check?.(reply);
}

/** The value with every `{name}` that was kept replaced by its id; matchers stay as they are. */
function fill(value: unknown, kept: ReadonlyMap<string, string>): unknown {
  if (typeof value === 'string')
    return value.replaceAll(/\{([\w-]+)\}/g, (whole, name: string) => kept.get(name) ?? whole);
  if (Array.isArray(value)) return value.map((each) => fill(each, kept));
  if (typeof value !== 'object' || value === null) return value;
  if ('asymmetricMatch' in value) return fillMatcher(value, kept);
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, fill(each, kept)]));
}

/** A matcher may hold values to be filled: `arrayContaining`, `objectContaining`. */
function fillMatcher(matcher: object, kept: ReadonlyMap<string, string>): unknown {
  const { sample } = matcher as { sample?: unknown };
  if (Array.isArray(sample)) return expect.arrayContaining(fill(sample, kept) as unknown[]);
  const isPlain =
    typeof sample === 'object' && sample !== null && Object.getPrototypeOf(sample) === Object.prototype;
  return isPlain ? expect.objectContaining(fill(sample, kept) as Record<string, unknown>) : matcher;
}
