import { once } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

/** A sentinel that knows one primary, answers when it is told to, and announces failovers that never were. */
export interface FakeSentinel {
  readonly port: number;
  /** Milliseconds that it takes to say where the primary is. */
  delay: number;
  /** How often it was asked for the primary. */
  readonly asked: number;
  /** How many listen for failovers. */
  readonly listeners: number;
  /** Tells everybody who listens that there is another primary. */
  announceFailover(): void;
  stop(): Promise<void>;
}

const bulk = (text: string) => `$${Buffer.byteLength(text)}\r\n${text}\r\n`;
const list = (texts: readonly string[]) => `*${texts.length}\r\n${texts.map(bulk).join('')}`;

/** Starts it; the primary is the server on this port of the loopback. */
export async function startFakeSentinel(primary: number): Promise<FakeSentinel> {
  const sockets = new Set<Socket>();
  const listening = new Set<Socket>();
  const state = { delay: 0, asked: 0 };

  async function answer(words: readonly string[], socket: Socket): Promise<string> {
    const [command = '', sub = ''] = words.map((word) => word.toLowerCase());
    if (command === 'sentinel' && sub === 'get-master-addr-by-name') {
      state.asked += 1;
      await sleep(state.delay);
      return list(['127.0.0.1', String(primary)]);
    }
    if (command === 'sentinel') return '*0\r\n';
    // Speaks RESP2 only, where announcements are plain lists.
    if (command === 'hello') return `-ERR unknown command 'hello'\r\n`;
    if (command === 'info') return bulk('redis_mode:sentinel\r\n');
    if (command === 'subscribe') {
      listening.add(socket);
      return `*3\r\n${bulk('subscribe')}${bulk(words[1] ?? '')}:1\r\n`;
    }
    return '+OK\r\n';
  }

  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => {});
    socket.on('close', () => {
      sockets.delete(socket);
      listening.delete(socket);
    });
    let text = '';
    let turn: Promise<unknown> = Promise.resolve();
    socket.setEncoding('utf8').on('data', (piece: string) => {
      text += piece;
      for (let command = firstOf(text); command; command = firstOf(text)) {
        text = text.slice(command.length);
        const { words } = command;
        turn = turn.then(async () => {
          const said = await answer(words, socket);
          if (!socket.destroyed) socket.write(said);
        });
      }
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    get delay() {
      return state.delay;
    },
    set delay(value) {
      state.delay = value;
    },
    get asked() {
      return state.asked;
    },
    get listeners() {
      return listening.size;
    },
    announceFailover() {
      const text = `mymaster 127.0.0.1 1 127.0.0.1 ${primary}`;
      for (const socket of listening) socket.write(list(['message', '+switch-master', text]));
    },
    async stop() {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}

/** The first whole command of a stream (an array of bulk strings), and how much of the stream it took. */
function firstOf(text: string): { readonly words: readonly string[]; readonly length: number } | undefined {
  const head = /^\*(\d+)\r\n/.exec(text);
  if (!head) return undefined;
  let at = head[0].length;
  const words: string[] = [];
  for (let index = 0; index < Number(head[1]); index += 1) {
    const size = /^\$(\d+)\r\n/.exec(text.slice(at));
    if (!size) return undefined;
    at += size[0].length;
    const end = at + Number(size[1]);
    if (text.length < end + 2) return undefined;
    words.push(text.slice(at, end));
    at = end + 2;
  }
  return { words, length: at };
}
