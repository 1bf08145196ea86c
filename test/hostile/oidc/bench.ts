import { opKey, startHostileOp } from '../../support/hostile-op.ts';
import { startRp } from '../../support/oidc-rp.ts';
import type { Bench } from './case.ts';

/** One provider and one application for all cases. `store` is that of the sessions: `redis://…`, or SQLite. */
export async function startBench(store?: string): Promise<Bench & { close(): Promise<void> }> {
  const [key, other, ec, short] = await Promise.all([
    opKey(),
    opKey(),
    opKey('ES256'),
    // The makers of the key will not make a short one: what is published of it is enough.
    opKey().then((made) => ({
      ...made,
      publicJwk: { ...made.publicJwk, n: (made.publicJwk.n ?? '').slice(0, 171) },
    })),
  ]);
  const [op, rp] = await Promise.all([startHostileOp(key), startRp(store === undefined ? {} : { store })]);
  return {
    op,
    rp,
    keys: { other, ec, short },
    async close() {
      await Promise.all([op.close(), rp.close()]);
    },
  };
}
