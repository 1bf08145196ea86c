import { contest, type Section } from '../kit.ts';

/** A million sessions of 100,000 people, with requests spread over a quarter of them, against one session. */
export const large: Section = {
  name: 'large',
  async run(kit) {
    const one = await kit.gateway({ store: 'sqlite', sessions: 1, cookies: 1 });
    const million = await kit.gateway({
      store: 'sqlite',
      sessions: 1_000_000,
      people: 100_000,
      cookies: 250_000,
    });
    const bare = await kit.bare(one);
    const ceiling = 'bare node:http, 250,000 cookies in turn';
    // Whatever was not asked for yet is read from the store: once through all of them before anything counts.
    kit.say('asking for each of 250,000 sessions once …\n');
    await kit.load.measure(contest('', million, million.cookies).target, kit.options.rounds < 10 ? 30 : 60);
    return kit.play([
      contest(ceiling, bare, million.cookies),
      contest('verify, 1 session of 1', one, one.cookies),
      contest(
        'verify, 1,000,000 sessions, 250,000 of them in turn, against the ceiling',
        million,
        million.cookies,
        ceiling,
      ),
      contest(
        'verify, 1,000,000 sessions and 100,000 people, against 1 session',
        million,
        million.cookies,
        'verify, 1 session of 1',
      ),
    ]);
  },
};
