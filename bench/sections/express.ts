import { answerOf, contest, type Section } from '../kit.ts';

/** The gate on Redis against the usual way: express-session with a plain Redis store. */
export const express: Section = {
  name: 'express',
  async run(kit) {
    const gateway = await kit.gateway({ store: await kit.redis(), sessions: 1, cookies: 1 });
    const headers = JSON.stringify(await answerOf(gateway));
    const usual = await kit.start('serve-express.ts', await kit.redis(), headers);
    return kit.play([
      contest('express-session, plain Redis store', usual, usual.cookies),
      contest(
        'verify, Redis store, against express-session',
        gateway,
        gateway.cookies,
        'express-session, plain Redis store',
      ),
    ]);
  },
};
