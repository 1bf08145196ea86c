import {
  transfer,
  position,
  unchanged,
  finish,
  type TransferOptions,
  type TransferredTable,
} from './transfer.ts';
import { openSide } from './open-side.ts';

export type { TransferredTable } from './transfer.ts';

/**
 * Moves a directory: `from` and `to` are `sqlite:/absolute/path` or `postgres://…`. See {@link transfer} for what it
 * promises and how it fails.
 */
export async function transferDirectory(
  from: string,
  to: string,
  options: Pick<TransferOptions, 'now' | 'onProgress'>,
): Promise<readonly TransferredTable[]> {
  const source = await openSide(from, options.now);
  try {
    const target = await openSide(to, options.now);
    try {
      const before = await position(source);
      const copied = await source.frozen((frozen) =>
        transfer(frozen, target, { ...options, source: withoutPassword(from) }),
      );
      unchanged(before, await position(source));
      await finish(target);
      return copied;
    } finally {
      await target.close();
    }
  } finally {
    await source.close();
  }
}

/** An address as it may be shown and kept. */
export function withoutPassword(address: string): string {
  if (!URL.canParse(address)) return address;
  const url = new URL(address);
  url.password = '';
  url.search = '';
  return url.href;
}
