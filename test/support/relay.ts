import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

/** A wire between a process and a server that can be slow, dead without saying so, or cut. */
export interface Relay {
  readonly port: number;
  /** From now on everything takes this much longer, each way, milliseconds. */
  delay(milliseconds: number): void;
  /** Nothing passes any more, and nobody is told: connections stay open. */
  hold(): void;
  /** What was held back passes now. */
  release(): void;
  /** Closes every connection; new ones are made. */
  cut(): void;
  stop(): Promise<void>;
}

/** Passes connections on to a port of this machine. */
export async function startRelay(target: number): Promise<Relay> {
  const sockets = new Set<Socket>();
  let delay = 0;
  let held: (() => void)[] | undefined;

  function pass(from: Socket, to: Socket): void {
    from.on('data', (chunk: Buffer) => {
      const write = () => void (to.destroyed || to.write(chunk));
      if (held) held.push(write);
      else if (delay > 0) setTimeout(() => (held ? held.push(write) : write()), delay);
      else write();
    });
    from.on('close', () => {
      sockets.delete(from);
      to.destroy();
    });
    from.on('error', () => {});
    sockets.add(from);
  }

  const server = createServer((near) => {
    const far = connect(target, '127.0.0.1');
    near.setNoDelay(true);
    far.setNoDelay(true);
    pass(near, far);
    pass(far, near);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    delay: (milliseconds) => void (delay = milliseconds),
    hold: () => void (held ??= []),
    release() {
      const waiting = held ?? [];
      held = undefined;
      for (const write of waiting) write();
    },
    cut() {
      for (const socket of sockets) socket.destroy();
    },
    async stop() {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
