import type { IncomingMessage, RequestListener, Server, ServerResponse } from 'node:http';
import { afterEach, describe, expect, it, jest } from '@jest/globals';
import { admittedAnswer, answerAdmitted } from '../../../src/gate/answers.ts';
import { gateWorld, snapshot } from '../../support/gate-world.ts';
import { listening, rawExchange as exchangeRaw, stopped } from '../../support/http-exchange.ts';

const servers: Server[] = [];

async function serve(handler: RequestListener): Promise<number> {
  const { server, port } = await listening(handler);
  servers.push(server);
  return port;
}

const rawExchange = async (port: number, bytes: string): Promise<string> =>
  (await exchangeRaw(port, bytes)).text;

afterEach(async () => {
  jest.restoreAllMocks();
  await Promise.all(servers.splice(0).map(stopped));
});

const headers = ['X-Auth-Request-Name', Buffer.from('Łukasz Müller').toString('latin1')];
const request = (line: string, ...more: string[]): string =>
  [line, 'Host: gate.example', ...more, '', ''].join('\r\n');
const get = request('GET / HTTP/1.1');
const closing = request('GET / HTTP/1.1', 'Connection: close');

/** Answers of one connection, without what a date says. */
function answersIn(text: string): string[] {
  return text
    .replaceAll(/(?<=\r\nDate: )\w{3}, \d\d \w{3} \d{4} \d\d:\d\d:\d\d GMT/g, 'now')
    .split(/(?<=\r\n\r\n)/);
}

describe('an answer whose head was kept', () => {
  it('is the very answer that node:http writes, byte for byte', async () => {
    const answer = admittedAnswer(headers);
    const port = await serve((_req, res) => answerAdmitted(res, 202, answer, 'a.b.c'));
    const [usual, ...others] = answersIn(await rawExchange(port, get + get + get + get + closing));
    const last = others.pop();
    expect(usual).toContain('X-Doorward-Assertion: a.b.c\r\nDate: now\r\nConnection: keep-alive\r\n');
    expect(others).toEqual([usual, usual, usual]);
    // What ends the connection is written the usual way.
    expect(last).toContain('X-Doorward-Assertion: a.b.c\r\nDate: now\r\nConnection: close\r\n\r\n');
  });

  it('is taken from memory, and not written anew', async () => {
    const answer = admittedAnswer(headers);
    let written = 0;
    const port = await serve((_req, res) => {
      const { writeHead } = res;
      res.writeHead = (...args: unknown[]) => {
        written += 1;
        return Reflect.apply(writeHead, res, args) as ServerResponse;
      };
      answerAdmitted(res, 202, answer, '');
    });
    expect(answersIn(await rawExchange(port, get + get + get + closing))).toHaveLength(4);
    expect(written).toBe(2);
  });

  it('has the assertion of its own session, and the status that is wanted', async () => {
    const answer = admittedAnswer(headers);
    const wanted: [number, string][] = [
      [202, 'one'],
      [202, 'two'],
      [202, 'two'],
      [200, 'two'],
      [200, ''],
      [202, 'one'],
    ];
    const asked = [...wanted];
    const port = await serve((_req, res) => {
      const [status, assertion] = asked.shift() ?? [500, ''];
      answerAdmitted(res, status, answer, assertion);
    });
    const got = answersIn(await rawExchange(port, get.repeat(5) + closing)).map((text) => [
      Number(text.slice(9, 12)),
      /X-Doorward-Assertion: (.*)\r\n/.exec(text)?.[1],
    ]);
    expect(got).toEqual(wanted);
  });

  it('tells the time at which it is sent', async () => {
    const answer = admittedAnswer(headers);
    const start = Date.UTC(2031, 0, 1);
    const clock = jest.spyOn(Date, 'now');
    let asked = 0;
    const port = await serve((_req, res) => {
      clock.mockReturnValue(start + 600 * asked++);
      answerAdmitted(res, 202, answer, '');
    });
    const text = await rawExchange(port, get.repeat(6) + closing);
    const dates = [...text.matchAll(/Date: (.*)\r/g)].slice(1, 6).map(([, date]) => Date.parse(date ?? ''));
    expect(dates.map((date) => date - start)).toEqual([0, 1000, 1000, 2000, 3000]);
  });

  it('is the same to HEAD and to HTTP/1.0 as node:http has it', async () => {
    const listener =
      (answers: (res: ServerResponse) => void) => (_req: IncomingMessage, res: ServerResponse) =>
        answers(res);
    const answer = admittedAnswer(headers);
    const ours = await serve(listener((res) => answerAdmitted(res, 202, answer, 'x')));
    const theirs = await serve(
      listener((res) => {
        res.writeHead(202, [...answer.headers.slice(0, -1), 'x']);
        res.end();
      }),
    );
    const all =
      get +
      request('HEAD / HTTP/1.1') +
      request('GET / HTTP/1.0', 'Connection: keep-alive') +
      get +
      request('GET / HTTP/1.0');
    expect(answersIn(await rawExchange(ours, all))).toEqual(answersIn(await rawExchange(theirs, all)));
  });

  it('is forgotten as soon as the person changes', async () => {
    const world = gateWorld();
    const port = await serve((req, res) => void world.gate.handle(req, res));
    const check = ['X-Original-URL: https://catalog.example/', `Cookie: ${world.signIn('one')}`];
    const line = 'GET /sso/verify/auth-request HTTP/1.1';
    const ask = async (): Promise<(string | undefined)[]> => {
      const text = await rawExchange(
        port,
        request(line, ...check).repeat(3) + request(line, 'Connection: close', ...check),
      );
      return answersIn(text).map((each) => /X-Auth-Request-Groups: (.*)\r\n/.exec(each)?.[1]);
    };
    expect(await ask()).toEqual(Array(4).fill('a%2Cb,engineers'));
    world.setUser(snapshot().id, snapshot({ version: 2, groups: ['others'] }));
    expect(await ask()).toEqual(Array(4).fill('others'));
  });
});
