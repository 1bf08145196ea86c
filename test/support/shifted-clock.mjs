// Loaded with `node --import`: sets the time of day of this process by what a file says, in milliseconds, read anew often.
import { readFileSync } from 'node:fs';

const file = process.env.SHIFTED_CLOCK;
const RealDate = Date;
let offset = 0;

function read() {
  try {
    offset = Number(readFileSync(file, 'utf8')) || 0;
  } catch {
    offset = 0;
  }
}

if (file) {
  read();
  setInterval(read, 20).unref();
  const now = RealDate.now.bind(RealDate);
  globalThis.Date = new Proxy(RealDate, {
    construct: (target, args, self) =>
      Reflect.construct(target, args.length === 0 ? [now() + offset] : args, self),
    apply: () => new RealDate(now() + offset).toString(),
    get: (target, name) => (name === 'now' ? () => now() + offset : Reflect.get(target, name, target)),
  });
}
