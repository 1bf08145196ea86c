import { seeded } from '../../demo/seeded.ts';
import type { Plain } from './plain.ts';

const given =
  'Ana Ben Chloé Dan Eva Łukasz Gita Hugo Ines Jan Kim Lea Max Nia Olga Paul Quinn Rosa Sven Tara'.split(' ');
const batch = 10_000;

/** So many people, everybody in one group and one in 5,000 in another; the same ones at every call. */
export async function fillWithPeople(database: Plain, people: number): Promise<void> {
  const random = seeded(1);
  await database.insert('groups', [
    { id: 'g0', name: 'everybody', created_at: 1 },
    { id: 'g1', name: 'few', created_at: 1 },
  ]);
  for (let from = 0; from < people; from += batch) {
    const [users, identities, memberships]: Record<string, unknown>[][] = [[], [], []];
    for (let index = from; index < Math.min(people, from + batch); index += 1) {
      const id = `0198c0de-0000-7000-8000-${index.toString(16).padStart(12, '0')}`;
      const [first, last] = [random.pick(given), `Family${random.below(997).toString(36)}`];
      const name = `${first}.${last}.${index}@acme.example`.toLowerCase();
      users?.push({
        id,
        user_name: name,
        user_name_key: name,
        email: name,
        email_key: name,
        email_verified: 1,
        display_name: `${first} ${last}`,
        search_text: `${name}\n${name}\n${first} ${last}`.toLowerCase(),
        disabled_at: index % 500 === 0 ? 1 : null,
        idp_roles: '{}',
        version: 1,
        created_at: 1,
        updated_at: 1,
      });
      const provider = index % 3 === 0 ? 'entra' : 'okta';
      identities?.push({ issuer: 'https://idp.example', subject: id, provider, user_id: id });
      for (const group of index % 5_000 === 0 ? ['g0', 'g1'] : ['g0']) {
        memberships?.push({ user_id: id, group_id: group, source: 'login:okta', granted_at: 1 });
      }
    }
    await database.insert('users', users ?? []);
    await database.insert('identities', identities ?? []);
    await database.insert('memberships', memberships ?? []);
  }
  await database.analyze();
}
