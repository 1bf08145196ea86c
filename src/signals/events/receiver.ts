import { createHash, timingSafeEqual } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { ProviderConfig, SignalsConfig } from '../../config/index.ts';
import { Failure, failures, type Log, toFailure } from '../../identity/index.ts';
import { createTransmitter, type Transmitter } from '../../providers/index.ts';
import type { TransientStore } from '../../sessions/index.ts';
import { answerEmpty, answerJson } from '../answers.ts';
import { claim } from '../once.ts';
import { readBody } from '../request-parameters.ts';
import { carryOut } from './carry-out.ts';
import type { EventDeps } from './deps.ts';
import { createPolling } from './poll.ts';
import { shortName } from './kinds.ts';
import { eventError, oldestEvent, readSecurityEvent } from './token.ts';
import { transmitterOf } from './transmitter.ts';

export interface EventReceiver {
  /** Takes an event that was sent (RFC 8935). Undefined for a provider whose file names no sender. */
  push(provider: string): ((req: IncomingMessage, res: ServerResponse) => Promise<void>) | undefined;
  close(): Promise<void>;
}

/** Largest event that is read, bytes. */
const largest = 65_536;

interface Options {
  readonly providers: readonly ProviderConfig[];
  readonly transient: TransientStore;
  readonly fetch: typeof globalThis.fetch;
  readonly log: Log;
}

export function createEventReceiver(deps: EventDeps & Options): EventReceiver {
  const { transient, now, log } = deps;
  const senders = new Map(
    deps.providers.flatMap((file) => {
      const { signals } = file;
      if (signals === undefined) return [];
      const transmitter = createTransmitter(transmitterOf(signals, file.allowInsecure, deps));
      const about = { provider: file.id, issuers: issuersOf(file) };
      return [[file.id, { signals, transmitter, about, tolerance: file.clockTolerance }] as const];
    }),
  );

  /** Verifies and carries out one event, once; one that was had before counts as taken (RFC 8935, section 2). */
  async function receive(jwt: string, sender: Sender): Promise<void> {
    const { signals, transmitter, about, tolerance } = sender;
    const expected = { issuer: signals.issuer, audience: signals.audience, now: now(), tolerance };
    const event = readSecurityEvent(await transmitter.verify(jwt), expected);
    const once = await claim(transient, 'security-event', JSON.stringify([about.provider, event.jti]));
    if (once === 'spent') return;
    if (once === 'busy') throw new Failure('store_unavailable', { detail: 'signals.event.busy' });
    try {
      const outcome = await carryOut(event, about, deps);
      log.info({ provider: about.provider, event: shortName(event.type), ...outcome }, 'security event');
      await once.spend(oldestEvent + 86_400_000);
    } catch (error) {
      await once.release().catch(() => undefined);
      throw error;
    }
  }

  const polling = createPolling(
    [...senders.values()].map((sender) => ({
      provider: sender.about.provider,
      signals: sender.signals,
      transmitter: sender.transmitter,
      receive: (jwt: string) => receive(jwt, sender),
    })),
    { transient, log },
  );

  return {
    push(provider) {
      const sender = senders.get(provider);
      if (sender === undefined) return undefined;
      return async (req, res) => {
        try {
          checkAuthorization(req.headers.authorization, sender.signals.secret);
          await receive(await readBody(req, 'application/secevent+jwt', largest), sender);
          answerEmpty(res, 202);
        } catch (error) {
          refuse(res, provider, toFailure(error));
        }
      };
    },
    close: () => polling.close(),
  };

  function refuse(res: ServerResponse, provider: string, failure: Failure): void {
    const { code, detail } = failure;
    log.warn({ provider, code, detail }, 'a security event was refused');
    if (res.headersSent) return void res.destroy();
    const err = eventError(failure);
    const trouble = failure.status >= 500;
    const unauthorized = err === 'authentication_failed';
    const tooBig = code === 'payload_too_large' || code === 'unsupported_media_type';
    const status = trouble ? 503 : unauthorized ? 401 : tooBig ? failure.status : 400;
    const body = { err, description: failures[code].message };
    answerJson(res, status, body, {
      'content-language': 'en',
      connection: 'close',
      ...(unauthorized && { 'www-authenticate': 'Bearer' }),
      ...(trouble && { 'retry-after': '30' }),
    });
  }
}

interface Sender {
  readonly signals: SignalsConfig;
  readonly transmitter: Transmitter;
  readonly about: { readonly provider: string; readonly issuers: readonly string[] };
  readonly tolerance: number;
}

/** Issuers whose people this provider signs in, as far as its file says. */
function issuersOf(file: ProviderConfig): readonly string[] {
  if (file.protocol === 'oidc') return file.tenants.length === 0 ? [file.issuer] : [];
  return file.idp.entityId === undefined ? [] : [file.idp.entityId];
}

/** Compared as digests, in constant time. Throws Failure `login_rejected` labelled `signals.event.authorization`. */
function checkAuthorization(header: string | undefined, secret: string | undefined): void {
  if (secret === undefined) return;
  const digest = (text: string): Buffer => createHash('sha256').update(text).digest();
  if (!timingSafeEqual(digest(header ?? ''), digest(`Bearer ${secret}`))) {
    throw new Failure('login_rejected', { detail: 'signals.event.authorization' });
  }
}
