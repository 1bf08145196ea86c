/** How many runs a property of fast-check gets: `usual`, or what the longer run asks for by `FUZZ_RUNS`. */
export function fuzzRuns(usual: number): number {
  return Number(process.env['FUZZ_RUNS'] ?? usual);
}

/** To be called at each run: in the longer one it says on standard error how far it is, twenty times. */
export function fuzzProgress(name: string, total: number): () => void {
  if (process.env['FUZZ_RUNS'] === undefined) return () => {};
  const step = Math.max(1, Math.floor(total / 20));
  const start = performance.now();
  let runs = 0;
  return () => {
    runs += 1;
    if (runs % step !== 0) return;
    const seconds = Math.round((performance.now() - start) / 1000);
    process.stderr.write(`${name}: ${runs} of ${total} runs, ${seconds} s\n`);
  };
}
