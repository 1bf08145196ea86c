import type { ServerResponse } from 'node:http';

/**
 * The head of an empty answer as node:http wrote it once: everything but the value of the last header of ours and the
 * date is the same each time. Checking and joining a dozen headers takes node:http longer than everything that the gate
 * does, so it does it once for each list of headers and not for each answer.
 */
export interface KeptHead {
  readonly status: number;
  /** From the status line to the name of our last header. */
  readonly before: string;
  /** Behind the date. */
  readonly after: string;
  /** The second in which it was last used; an answer that comes again within it is kept whole. */
  second: number;
  /** The value of our last header in `whole`. */
  last: string;
  whole: string;
}

/** What node:http has of a head that is not sent yet; its own field, which many libraries read. */
interface Headed {
  _header: string | null;
}

const dateName = '\r\nDate: ';
const dateLength = 'Thu, 01 Jan 1970 00:00:00 GMT'.length;
const dateForm = /^[A-Z][a-z]{2}, \d\d [A-Z][a-z]{2} \d{4} \d\d:\d\d:\d\d GMT$/;

/**
 * May this answer have the head that another one had? Only when the connection stays open and nothing else has been said
 * of it: all that node:http would add is in the head then.
 */
export function isOrdinary(res: ServerResponse): boolean {
  return (
    res.shouldKeepAlive &&
    res.sendDate &&
    !res.headersSent &&
    (res as ServerResponse & { maxRequestsOnConnectionReached?: boolean }).maxRequestsOnConnectionReached !==
      true
  );
}

/**
 * Reads the head that `writeHead` has just made of an ordinary answer. `last` is the value of its last header.
 * Undefined when it does not look as expected: answers are then written the usual way.
 */
export function keptHead(res: ServerResponse, status: number, last: string): KeptHead | undefined {
  const head: unknown = Reflect.get(res, '_header');
  if (typeof head !== 'string') return undefined;
  const at = head.lastIndexOf(dateName);
  const date = head.slice(at + dateName.length, at + dateName.length + dateLength);
  const beforeLast = at - last.length;
  if (at === -1 || !dateForm.test(date) || head.slice(beforeLast - 2, at) !== `: ${last}`) return undefined;
  const after = head.slice(at + dateName.length + dateLength);
  return {
    status,
    before: own(head.slice(0, beforeLast)),
    after: own(after),
    second: 0,
    last: '',
    whole: '',
  };
}

/** Without holding on to the larger text it was cut from. */
function own(text: string): string {
  return Buffer.from(text, 'latin1').toString('latin1');
}

/** Sends an ordinary empty answer with a head that was kept. */
export function sendKept(res: ServerResponse, kept: KeptHead, last: string): void {
  const at = Date.now();
  if (at >= dateUntil || at < dateUntil - 1000) tellDate(at);
  res.statusCode = kept.status;
  (res as ServerResponse & Headed)._header = headOf(kept, last);
  res.end();
}

function headOf(kept: KeptHead, last: string): string {
  if (kept.second === second && kept.last === last && kept.whole !== '') return kept.whole;
  const whole = kept.before + last + dateLine + kept.after;
  // Only of answers that come again within a second, so that many people do not each have theirs in memory twice.
  if (kept.second === second) {
    kept.last = last;
    kept.whole = whole;
  } else {
    kept.second = second;
    if (kept.whole !== '') kept.whole = '';
  }
  return whole;
}

let dateUntil = 0;
/** A small integer, as V8 keeps it in an object without a box of its own. */
let second = 0;
let dateLine = '';

/** The date changes once a second (RFC 9110, section 5.6.7). */
function tellDate(at: number): void {
  dateUntil = at - (at % 1000) + 1000;
  second = (dateUntil / 1000) % 1_000_000_000;
  dateLine = dateName + new Date(at).toUTCString();
}
