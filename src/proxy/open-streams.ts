import type { Admission, Gate, GateRequest } from '../gate/index.ts';

/** Looks after requests that stay open, so that none outlives the session it was admitted for. */
export interface OpenStreams {
  /** Watches until the returned function is called; `close` ends the stream when its session does. */
  watch(request: GateRequest, admitted: Admission & { kind: 'admitted' }, close: () => void): () => void;
  /** Closes whatever is open and stops watching. */
  stop(): void;
}

interface Stream {
  readonly request: GateRequest;
  readonly digest: string;
  readonly close: () => void;
}

/**
 * Every `interval` ms asks the gate again about every stream that is open. Anything but "admitted, the same session"
 * closes it: also when it cannot be found out. Asking is passive: an open page does not prolong a session.
 */
export function openStreams(gate: Pick<Gate, 'admit'>, interval: number): OpenStreams {
  const open = new Set<Stream>();
  let timer: NodeJS.Timeout | undefined;

  async function round(): Promise<void> {
    for (const stream of open) {
      const admission = await gate.admit(stream.request);
      if (admission.kind !== 'admitted' || admission.identity.session.digest !== stream.digest) {
        open.delete(stream);
        stream.close();
      }
    }
    timer = open.size === 0 ? undefined : start();
  }

  function start(): NodeJS.Timeout {
    return setTimeout(() => void round(), interval).unref();
  }

  return {
    watch(request, admitted, close) {
      const { digest } = admitted.identity.session;
      const stream = { request: { ...request, passive: true }, digest, close };
      open.add(stream);
      timer ??= start();
      return () => void open.delete(stream);
    },
    stop() {
      clearTimeout(timer);
      for (const stream of open) stream.close();
      open.clear();
    },
  };
}
