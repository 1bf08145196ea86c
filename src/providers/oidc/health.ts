/** The last thing that is known of the other side. `since` is when it began to be so, milliseconds since the epoch. */
export interface Health {
  readonly state: 'unknown' | 'up' | 'down';
  readonly since: number | undefined;
}

/** Remembers how the last attempt went. */
export interface HealthRecord {
  is(state: 'up' | 'down'): void;
  read(): Health;
}

/** Starts as unknown. */
export function createHealthRecord(now: () => number): HealthRecord {
  let health: Health = { state: 'unknown', since: undefined };
  return {
    is(state) {
      if (health.state !== state) health = { state, since: now() };
    },
    read: () => health,
  };
}
