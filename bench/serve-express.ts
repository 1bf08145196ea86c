/**
 * The usual way, for comparison: Express and express-session with a plain Redis store (GET, and EXPIRE as the session is
 * touched), which answers the same check with the same headers. Arguments: URL of a Redis, headers as JSON.
 */
import type { AddressInfo } from 'node:net';
import express from 'express';
import session, { Store, type SessionData } from 'express-session';
import { Redis } from 'ioredis';
import { signedCookie } from '../test/support/gate-world.ts';
import { reportTo } from './child.ts';

const [url = '', headers = '[]'] = process.argv.slice(2);
const answer = JSON.parse(headers) as string[];
const redis = new Redis(url);
const secret = 'a secret of at least thirty-two characters';
const seconds = 3600;

class PlainRedisStore extends Store {
  override get(id: string, done: (error: unknown, session?: SessionData | null) => void): void {
    void redis.get(`plain:${id}`, (error, text) =>
      done(error, typeof text === 'string' ? (JSON.parse(text) as SessionData) : null),
    );
  }
  override set(id: string, data: SessionData, done?: (error?: unknown) => void): void {
    void redis.set(`plain:${id}`, JSON.stringify(data), 'EX', seconds, (error) => done?.(error));
  }
  override destroy(id: string, done?: (error?: unknown) => void): void {
    void redis.del(`plain:${id}`, (error) => done?.(error));
  }
  override touch(id: string, _data: SessionData, done?: () => void): void {
    void redis.expire(`plain:${id}`, seconds, () => done?.());
  }
}

const user = {
  id: '01890a5d-ac96-774b-bcce-b302099a8057',
  groups: ['catalog-users', 'data-engineers', 'finance'],
};
const cookie = {
  originalMaxAge: seconds * 1000,
  expires: new Date(Date.now() + seconds * 1000),
  httpOnly: true,
};
await redis.set('plain:one', JSON.stringify({ cookie, user }), 'EX', seconds);

const app = express();
app.disable('x-powered-by');
app.use(
  session({
    name: 'doorward',
    secret,
    store: new PlainRedisStore(),
    resave: false,
    saveUninitialized: false,
    cookie: { maxAge: seconds * 1000 },
  }),
);
app.get('/sso/verify/auth-request', (req, res) => {
  const { user: known } = req.session as { user?: typeof user };
  if (known === undefined) return void res.status(401).end();
  for (let index = 0; index < answer.length; index += 2)
    res.setHeader(answer[index] ?? '', answer[index + 1] ?? '');
  res.status(202).end();
});
const server = app.listen(0, '127.0.0.1', () => {
  reportTo(process, (server.address() as AddressInfo).port, [`doorward=${signedCookie('one', secret)}`]);
});
