/** Longest text of a cause that is kept. */
const longest = 300;

/**
 * The cause of a failure for the log and the audit trail: messages along the chain of causes, on one line. Runs that could
 * be a token, a code or a piece of XML are masked, whatever library wrote the message.
 */
export function describeCause(error: unknown): string | undefined {
  const parts: string[] = [];
  let current: unknown = error;
  for (let depth = 0; depth < 4 && current !== undefined && current !== null; depth += 1) {
    const message =
      current instanceof Error ? current.message : typeof current === 'string' ? current : undefined;
    if (message !== undefined && message !== '') parts.push(masked(message));
    current = current instanceof Error ? current.cause : undefined;
  }
  return parts.length === 0 ? undefined : parts.join(': ').slice(0, longest);
}

function masked(message: string): string {
  return message
    .slice(0, 2000)
    .replace(/<[^>]*>?/g, '<…>')
    .replace(/[A-Za-z0-9_+/=~%-]{24,}/g, '…')
    .replace(/[\p{Cc}\s]+/gu, ' ')
    .trim();
}
