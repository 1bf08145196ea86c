import type { Terminal } from './command.ts';

/** Tells how far a long work is, on the error stream, where a person watches; a script sees nothing of it. */
export interface Progress {
  readonly at: (count: number) => void;
  readonly done: () => void;
}

export function progress(terminal: Terminal, what: string): Progress {
  if (!terminal.color) return { at() {}, done() {} };
  let shown = false;
  return {
    at(count) {
      if (count === 0) return;
      shown = true;
      terminal.err(`\r\u001b[2K${count.toLocaleString('en')} ${what} …`);
    },
    done() {
      if (shown) terminal.err('\r\u001b[2K');
    },
  };
}
