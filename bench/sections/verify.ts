import { contest, type Section } from '../kit.ts';

/** Different cookies that the load is spread over, of the many sessions. */
const spread = 20_000;

/** The gate on both session stores against the ceiling, with one session and with many. */
export const verify: Section = {
  name: 'verify',
  async run(kit) {
    const { sessions, against, headers } = kit.options;
    const many = `${sessions.toLocaleString('en')} sessions`;
    const small = await kit.gateway({ store: 'sqlite', sessions: 1, cookies: 1 });
    const smallRedis = await kit.gateway({ store: await kit.redis(), sessions: 1, cookies: 1 });
    const large = await kit.gateway({ store: 'sqlite', sessions, cookies: spread });
    const largeRedis = await kit.gateway({
      store: await kit.redis(),
      sessions,
      people: sessions / 100,
      cookies: spread,
    });
    const bare = await kit.bare(small);
    const ceiling = 'bare node:http, same headers';
    const spreadCeiling = `${ceiling}, cookies of ${many}`;
    const peer = { url: against ?? '', headers, cookies: [] };
    return kit.play([
      contest(ceiling, bare, small.cookies),
      contest('verify, embedded store, 1 session', small, small.cookies, ceiling),
      contest('verify, Redis store, 1 session', smallRedis, smallRedis.cookies, ceiling),
      contest(spreadCeiling, bare, large.cookies),
      contest(`verify, embedded store, ${many}`, large, large.cookies, spreadCeiling),
      contest(`verify, Redis store, ${many}`, largeRedis, largeRedis.cookies, spreadCeiling),
      ...(against === undefined
        ? []
        : [{ name: `against ${against}`, target: peer, ceiling, cpu: undefined }]),
    ]);
  },
};
