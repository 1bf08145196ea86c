import { Connection } from './client.ts';
import { userOf } from './people.ts';

export interface Loaded {
  readonly users: number;
  /** Users a second over all connections. */
  readonly perSecond: number;
  /** What a client finds when it goes through all pages afterwards. */
  readonly found: number;
  readonly lost: number;
  readonly doubled: number;
}

/** The first load of a tenant: so many users by POST over many connections, one in fifty sent twice; then all pages are read. */
export async function initialLoad(
  target: URL,
  headers: Readonly<Record<string, string>>,
  users: number,
  connections: number,
): Promise<Loaded> {
  const name = (index: number) => `load${String(index).padStart(6, '0')}@acme.example`;
  const pool = Array.from({ length: connections }, () => new Connection(target, headers));
  let next = 0;
  const start = performance.now();
  try {
    await Promise.all(
      pool.map(async (connection) => {
        while (next < users) {
          const index = next++;
          const body = JSON.stringify(userOf(name(index)));
          const times = index % 50 === 0 ? 2 : 1;
          for (let sent = 0; sent < times; sent += 1) {
            const { status } = await connection.send({ method: 'POST', path: '/scim/v2/Users', body });
            if (status === 503 || status === 429) sent -= 1;
            else if (status !== 201 && status !== 409) throw new Error(`POST answered ${status}`);
          }
        }
      }),
    );
    const took = performance.now() - start;
    const seen = new Map<string, number>();
    const [reader] = pool;
    for (let startIndex = 1; startIndex <= users + 1_000; startIndex += 1_000) {
      const path = `/scim/v2/Users?startIndex=${startIndex}&count=1000&attributes=userName`;
      const answered = await reader?.send({ method: 'GET', path });
      const { Resources } = JSON.parse(answered?.body ?? '{"Resources":[]}') as {
        Resources: readonly { userName: string }[];
      };
      for (const { userName } of Resources) seen.set(userName, (seen.get(userName) ?? 0) + 1);
      if (Resources.length < 1_000) break;
    }
    return {
      users,
      perSecond: Math.round((users * 1_000) / took),
      found: seen.size,
      lost: Array.from({ length: users }, (_, index) => name(index)).filter((each) => !seen.has(each)).length,
      doubled: [...seen.values()].filter((times) => times > 1).length,
    };
  } finally {
    for (const connection of pool) connection.close();
  }
}
