import { randomBytes } from 'node:crypto';
import type { SignalsConfig } from '../../config/index.ts';
import { Failure } from '../../identity/index.ts';
import type { Transmitter } from '../../providers/index.ts';
import type { TransientStore } from '../../sessions/index.ts';
import { requestedEvents } from './kinds.ts';
import { isObject } from './token.ts';

type Json = Readonly<Record<string, unknown>>;

/** What is known of the stream of one provider. */
export interface StreamState {
  readonly streamId: string | undefined;
  readonly status: string | undefined;
  readonly audience: readonly string[];
  readonly delivered: readonly string[];
  /** When our last question came back, milliseconds since the epoch. */
  readonly verifiedAt: number | undefined;
}

/** The stream of one provider's events, through its API (Shared Signals Framework 1.0, section 8.1). */
export interface Stream {
  /** Sets it up, or brings it up to date where there is one for us. */
  connect(): Promise<StreamState & { readonly created: boolean }>;
  status(): Promise<StreamState>;
  /** Asks for an event that only says that the stream works; true when it came within `patience` milliseconds. */
  verify(patience: number): Promise<boolean>;
}

export interface StreamDeps {
  readonly provider: string;
  readonly signals: SignalsConfig;
  /** Where events are to be sent. */
  readonly endpoint: string;
  readonly transmitter: Transmitter;
  readonly transient: Pick<TransientStore, 'get' | 'put'>;
  readonly now: () => number;
  readonly sleep: (milliseconds: number) => Promise<void>;
}

const push = 'urn:ietf:rfc:8935';
const poll = 'urn:ietf:rfc:8936';
export const verifiedKind = 'signals-verified';

/**
 * @throws Failure `idp_unavailable` when the sender does not answer or says no (its status in the detail), `bad_request` when
 *   the file lacks what is needed for it
 */
export function createStream(deps: StreamDeps): Stream {
  const { provider, signals, endpoint, transmitter, transient, now } = deps;

  async function call(
    name: 'configuration_endpoint' | 'status_endpoint' | 'verification_endpoint',
    method: 'GET' | 'POST' | 'PATCH',
    { body, query = {} }: { readonly body?: Json; readonly query?: Readonly<Record<string, string>> } = {},
  ): Promise<unknown> {
    if (signals.token === undefined) throw new Failure('bad_request', { detail: 'signals.no_token' });
    const described = await transmitter.describe();
    const address = described[name];
    if (typeof address !== 'string') {
      throw new Failure('idp_unavailable', { detail: `signals.stream.no_${name}` });
    }
    const url = new URL(address);
    for (const [key, value] of Object.entries(query)) url.searchParams.set(key, value);
    const response = await transmitter.request(url.href, {
      method,
      headers: {
        authorization: `Bearer ${signals.token}`,
        accept: 'application/json',
        ...(body !== undefined && { 'content-type': 'application/json' }),
      },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    if (response.status >= 300) {
      throw new Failure('idp_unavailable', { detail: `signals.stream.${name}_${response.status}` });
    }
    return response.status === 204 || response.status === 202 ? {} : response.json().catch(() => ({}));
  }

  const delivery = (): Json =>
    signals.poll === undefined
      ? {
          method: push,
          endpoint_url: endpoint,
          ...(signals.secret !== undefined && { authorization_header: `Bearer ${signals.secret}` }),
        }
      : { method: poll };

  /** The stream that is ours: the one that leads to our address, or, for polling, the only one that is fetched. */
  async function find(): Promise<Json | undefined> {
    const found = await call('configuration_endpoint', 'GET');
    const all: readonly unknown[] = Array.isArray(found) ? found : [found];
    return all.filter(isObject).find((stream) => {
      const to = stream['delivery'];
      if (!isObject(to)) return false;
      return signals.poll === undefined ? to['endpoint_url'] === endpoint : to['method'] === poll;
    });
  }

  async function stateOf(stream: Json): Promise<StreamState> {
    const streamId = typeof stream['stream_id'] === 'string' ? stream['stream_id'] : undefined;
    const query = streamId === undefined ? {} : { stream_id: streamId };
    const state = await call('status_endpoint', 'GET', { query }).catch(() => ({}));
    const verified = await transient.get(verifiedKind, provider);
    return {
      streamId,
      status: isObject(state) && typeof state['status'] === 'string' ? state['status'] : undefined,
      audience: texts(stream['aud']),
      delivered: texts(stream['events_delivered'] ?? stream['events_requested']),
      verifiedAt: verified === undefined ? undefined : readVerified(verified).at,
    };
  }

  return {
    async connect() {
      const wanted = {
        delivery: delivery(),
        events_requested: requestedEvents,
        description: `Doorward, provider ${provider}`,
      };
      const before = await find();
      const stream =
        before === undefined
          ? await call('configuration_endpoint', 'POST', { body: wanted })
          : await call('configuration_endpoint', 'PATCH', {
              body: { stream_id: before['stream_id'], ...wanted },
            });
      const state = await stateOf(isObject(stream) ? { ...before, ...stream } : {});
      return { ...state, created: before === undefined };
    },
    async status() {
      const stream = await find();
      if (stream === undefined) throw new Failure('not_found', { detail: 'signals.stream.none' });
      return stateOf(stream);
    },
    async verify(patience) {
      const stream = await find();
      if (stream === undefined) throw new Failure('not_found', { detail: 'signals.stream.none' });
      const state = randomBytes(16).toString('base64url');
      await call('verification_endpoint', 'POST', { body: { stream_id: stream['stream_id'], state } });
      for (const end = now() + patience; now() < end; await deps.sleep(100)) {
        const seen = await transient.get(verifiedKind, provider);
        if (seen !== undefined && readVerified(seen).state === state) return true;
      }
      return false;
    },
  };
}

/** The record of a verification event that came in. */
export function writeVerified(state: unknown, at: number): string {
  return JSON.stringify({ state: typeof state === 'string' ? state.slice(0, 200) : '', at });
}

function readVerified(text: string): { readonly state: string; readonly at: number } {
  return JSON.parse(text) as { state: string; at: number };
}

function texts(value: unknown): readonly string[] {
  const list: readonly unknown[] = Array.isArray(value) ? value : [value];
  return list.filter((each) => typeof each === 'string');
}
