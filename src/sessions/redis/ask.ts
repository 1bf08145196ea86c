import { Failure } from '../../identity/index.ts';

/** A whole operation, of however many commands, has this long, milliseconds. */
const deadline = 1200;

/**
 * Runs an operation on Redis. When Redis is late, gone, or answers with an error, rejects with
 * Failure('store_unavailable'); the private cause carries no command arguments.
 */
export async function ask<T>(operation: () => Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new Error('Redis took too long')), deadline);
  });
  try {
    return await Promise.race([operation(), late]);
  } catch (error) {
    throw new Failure('store_unavailable', { detail: 'sessions.redis', cause: withoutArguments(error) });
  } finally {
    clearTimeout(timer);
  }
}

/** An error of the client without what was sent: ioredis keeps the command with its arguments, Redis may quote them. */
export function withoutArguments(error: unknown): Error {
  if (!(error instanceof Error)) return new Error('Redis failed');
  const [message = ''] = error.message.split(', with args beginning');
  const plain = new Error(message || 'Redis failed');
  plain.name = error.name;
  return plain;
}
