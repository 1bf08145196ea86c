import type { SignalsConfig } from '../../config/index.ts';
import { Failure, failures, type Log, toFailure } from '../../identity/index.ts';
import type { Transmitter } from '../../providers/index.ts';
import type { TransientStore } from '../../sessions/index.ts';
import { eventError, isObject } from './token.ts';

export interface PolledSender {
  readonly provider: string;
  readonly signals: SignalsConfig;
  readonly transmitter: Pick<Transmitter, 'request'>;
  /** Verifies and carries out one event. Throws a Failure. */
  receive(jwt: string): Promise<void>;
}

/** Events in one answer, and answers in one round: what is left comes in the next. */
const [batch, mostRounds] = [50, 20];

/** What is told of the events of the answer before. */
interface Told {
  readonly ack: string[];
  readonly setErrs: Record<string, { err: string; description: string }>;
}

/**
 * Fetches events (RFC 8936) on a timer that keeps no process alive, one process at a time. What was carried out is
 * acknowledged; what cannot be believed is told; what we could not do for our own trouble comes again.
 */
export function createPolling(
  senders: readonly PolledSender[],
  { transient, log }: { readonly transient: Pick<TransientStore, 'addOnce'>; readonly log: Log },
): { close(): Promise<void> } {
  const stop = new AbortController();
  const timers = new Set<NodeJS.Timeout>();
  const busy = new Set<Promise<void>>();

  function schedule(sender: PolledSender, url: string, every: number, first = false): void {
    if (stop.signal.aborted) return;
    // Not all processes at the same moment; and soon after the start, when events may have waited for us.
    const wait = first ? Math.min(every, 1_000) : every * (0.9 + Math.random() * 0.2);
    const timer = setTimeout(() => {
      timers.delete(timer);
      const done = round(sender, url, every).finally(() => {
        busy.delete(done);
        schedule(sender, url, every);
      });
      busy.add(done);
    }, wait);
    timers.add(timer.unref());
  }

  async function round(sender: PolledSender, url: string, every: number): Promise<void> {
    const { provider } = sender;
    try {
      if (!(await transient.addOnce('signals-poll', provider, Math.floor(every * 0.8)))) return;
      let told: Told = { ack: [], setErrs: {} };
      for (let count = 0; count < mostRounds && !stop.signal.aborted; count += 1) {
        const answer = await ask(sender, url, told);
        told = await takeAll(sender, answer.sets);
        const toTell = told.ack.length > 0 || Object.keys(told.setErrs).length > 0;
        if (!toTell && !answer.moreAvailable) return;
      }
    } catch (error) {
      const { code, detail } = toFailure(error);
      log.warn({ provider, code, detail }, 'security events could not be fetched; tried again later');
    }
  }

  async function takeAll(sender: PolledSender, sets: ReadonlyMap<string, unknown>): Promise<Told> {
    const told: Told = { ack: [], setErrs: {} };
    for (const [jti, jwt] of sets) {
      try {
        if (typeof jwt !== 'string' || jtiOf(jwt) !== jti) {
          throw new Failure('login_rejected', { detail: 'signals.event.jti' });
        }
        await sender.receive(jwt);
        told.ack.push(jti);
      } catch (error) {
        const failure = toFailure(error);
        const { code, detail } = failure;
        log.warn({ provider: sender.provider, code, detail }, 'a security event was refused');
        if (failure.status >= 500) continue;
        told.setErrs[jti] = { err: eventError(failure), description: failures[code].message };
      }
    }
    return told;
  }

  for (const sender of senders) {
    const { poll } = sender.signals;
    if (poll !== undefined) schedule(sender, poll.url, poll.every, true);
  }
  return {
    async close() {
      stop.abort();
      for (const timer of timers) clearTimeout(timer);
      await Promise.all(busy);
    },
  };
}

/** One request: tells what became of the last events, and gets more, without waiting for any (RFC 8936, section 2.4). */
async function ask(
  { signals, transmitter }: PolledSender,
  url: string,
  told: Told,
): Promise<{ readonly sets: ReadonlyMap<string, unknown>; readonly moreAvailable: boolean }> {
  const setErrs = Object.keys(told.setErrs).length > 0 && { setErrs: told.setErrs };
  const response = await transmitter.request(url, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      accept: 'application/json',
      ...(signals.token !== undefined && { authorization: `Bearer ${signals.token}` }),
    },
    body: JSON.stringify({ maxEvents: batch, returnImmediately: true, ack: told.ack, ...setErrs }),
  });
  if (response.status !== 200) {
    throw new Failure('idp_unavailable', { detail: `signals.poll.status_${response.status}` });
  }
  const body: unknown = await response.json().catch(() => undefined);
  if (!isObject(body) || !isObject(body['sets'])) {
    throw new Failure('idp_unavailable', { detail: 'signals.poll.malformed' });
  }
  return { sets: new Map(Object.entries(body['sets'])), moreAvailable: body['moreAvailable'] === true };
}

/** The `jti` that a token names, not verified: only to see that it is the one it was listed under. */
function jtiOf(jwt: string): unknown {
  try {
    const claims: unknown = JSON.parse(Buffer.from(jwt.split('.')[1] ?? '', 'base64url').toString('utf8'));
    return isObject(claims) ? claims['jti'] : undefined;
  } catch {
    return undefined;
  }
}
