import { monitorEventLoopDelay } from 'node:perf_hooks';

export interface Usage {
  /** Processor time since the last question, microseconds. */
  readonly cpu: number;
  /** The longest that the event loop was held since then, milliseconds. */
  readonly maxDelay: number;
}

/** Tells the parent process, when it asks, what this process has used since it last asked. */
export function reportUsage(): void {
  const delay = monitorEventLoopDelay({ resolution: 5 });
  delay.enable();
  let last = process.cpuUsage();
  process.on('message', (message) => {
    if (message !== 'usage') return;
    const now = process.cpuUsage();
    const cpu = now.user + now.system - last.user - last.system;
    process.send?.({ cpu, maxDelay: delay.max / 1e6 } satisfies Usage);
    last = now;
    delay.reset();
  });
}
