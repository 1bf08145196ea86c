/** Proves again and again, for as long as somebody needs the proof. */
export interface Heartbeat {
  /** Somebody is about to answer from memory. Cheap: it is called for every request. */
  wanted(): void;
  stop(): void;
}

/** Milliseconds between two beats: three may be late before a lease runs out. */
const interval = 100;
/** So many beats without anybody asking, and it rests. */
const idleBeats = 50;

/** Calls `beat` at once when it is first wanted and then regularly; a process that serves nobody costs the store nothing. */
export function createHeartbeat(beat: () => void): Heartbeat {
  let timer: NodeJS.Timeout | undefined;
  let asked = false;
  let idle = 0;

  function rest(): void {
    clearInterval(timer);
    timer = undefined;
  }

  function tick(): void {
    idle = asked ? 0 : idle + 1;
    asked = false;
    if (idle > idleBeats) rest();
    else beat();
  }

  return {
    wanted() {
      asked = true;
      if (timer !== undefined) return;
      idle = 0;
      timer = setInterval(tick, interval);
      timer.unref();
      beat();
    },
    stop: rest,
  };
}
