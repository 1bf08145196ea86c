import { contest, type Section } from '../kit.ts';

/** 5,000 groups a person, of which the headers hold as many as fit, against 5. */
export const groups: Section = {
  name: 'groups',
  async run(kit) {
    const few = await kit.gateway({ store: 'sqlite', sessions: 1, cookies: 1 });
    const many = await kit.gateway({ store: 'sqlite', sessions: 1, groups: 5000, cookies: 1 });
    const bare = await kit.bare(many);
    return kit.play([
      contest('bare node:http, headers of 5,000 groups', bare, many.cookies),
      contest('verify, 5 groups', few, few.cookies),
      contest(
        'verify, 5,000 groups, against the ceiling',
        many,
        many.cookies,
        'bare node:http, headers of 5,000 groups',
      ),
      contest('verify, 5,000 groups, against 5', many, many.cookies, 'verify, 5 groups'),
    ]);
  },
};
