const minute = 60_000;
const hour = 60 * minute;
const day = 24 * hour;

/** `2026-03-01 12:04 UTC`. */
export function dateText(at: number): string {
  return `${new Date(at).toISOString().slice(0, 16).replace('T', ' ')} UTC`;
}

/** How long ago, roughly, as people say it. */
export function agoText(elapsed: number): string {
  if (elapsed < minute) return elapsed < -minute ? `in ${durationText(-elapsed)}` : 'just now';
  return `${durationText(elapsed)} ago`;
}

/** `3 minutes`, `2 hours`, `5 days`: the largest unit that fits. */
export function durationText(length: number): string {
  for (const [unit, name] of [
    [day, 'day'],
    [hour, 'hour'],
    [minute, 'minute'],
  ] as const) {
    const count = Math.floor(length / unit);
    if (count >= 1) return `${count} ${name}${count === 1 ? '' : 's'}`;
  }
  return 'less than a minute';
}
