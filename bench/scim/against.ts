import { Connection, measure, type Sent } from './client.ts';
import { userOf } from './people.ts';

/** Users that are made on the other server. */
const users = 200;

/** The same operations on any SCIM server over plain HTTP; what is made there is deleted afterwards. */
export async function measureAgainst(
  address: string,
  token: string,
  options: { connections: number; duration: number; rounds: number; say: (text: string) => void },
): Promise<{ name: string; perSecond: number }[]> {
  const url = new URL(address);
  const base = url.pathname.replace(/\/$/, '');
  const headers = { authorization: `Bearer ${token}` };
  const connection = new Connection(url, headers);
  const run = Math.random().toString(36).slice(2, 8);
  const made: string[] = [];
  const send = async (method: string, path: string, body?: object) => {
    const answered = await connection.send({
      method,
      path: base + path,
      ...(body && { body: JSON.stringify(body) }),
    });
    if (answered.status >= 300)
      throw new Error(`${method} ${path} answered ${answered.status}: ${answered.body.slice(0, 300)}`);
    return answered.body === '' ? {} : (JSON.parse(answered.body) as { id?: string });
  };
  try {
    const ids: string[] = [];
    for (let index = 0; index < users; index += 1) {
      const id = (await send('POST', '/Users', userOf(`bench-${run}-${index}@acme.example`))).id ?? '';
      ids.push(id);
      made.push(`/Users/${id}`);
    }
    const group =
      (
        await send('POST', '/Groups', {
          schemas: ['urn:ietf:params:scim:schemas:core:2.0:Group'],
          displayName: `bench-${run}`,
        })
      ).id ?? '';
    made.push(`/Groups/${group}`);
    const patch = (operation: object) =>
      JSON.stringify({ schemas: ['urn:ietf:params:scim:api:messages:2.0:PatchOp'], Operations: [operation] });
    const id = (index: number) => ids[index % ids.length] ?? '';
    const requests: readonly (readonly [string, (index: number) => Sent])[] = [
      [
        'get by userName',
        (index) => ({
          method: 'GET',
          path: `${base}/Users?filter=${encodeURIComponent(`userName eq "bench-${run}-${index % users}@acme.example"`)}`,
        }),
      ],
      [
        'PATCH active',
        (index) => ({
          method: 'PATCH',
          path: `${base}/Users/${id(index >> 1)}`,
          body: patch({ op: 'replace', path: 'active', value: index % 2 === 1 }),
        }),
      ],
      [
        'PATCH one member',
        (index) => ({
          method: 'PATCH',
          path: `${base}/Groups/${group}`,
          body: patch({
            op: index % 2 === 0 ? 'add' : 'remove',
            path: 'members',
            value: [{ value: id(index >> 1) }],
          }),
        }),
      ],
      ['list page 1, 100 users', () => ({ method: 'GET', path: `${base}/Users?startIndex=1&count=100` })],
    ];
    const rows = [];
    for (const [name, request] of requests) {
      let index = 0;
      const speeds: number[] = [];
      for (let round = 0; round < options.rounds; round += 1)
        speeds.push((await measure(url, headers, () => request(index++), options)).perSecond);
      const perSecond = Math.round(
        speeds.toSorted((one, other) => one - other)[Math.floor(speeds.length / 2)] ?? 0,
      );
      options.say(`  ${name}: ${perSecond}/s\n`);
      rows.push({ name: `${name} · against ${address}`, perSecond });
    }
    return rows;
  } finally {
    for (const path of made.toReversed()) await send('DELETE', path).catch(() => {});
    connection.close();
  }
}
