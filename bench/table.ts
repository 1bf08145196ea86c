import { cpus, loadavg } from 'node:os';
import type { Row } from './rounds.ts';

export interface Machine {
  readonly node: string;
  readonly cpu: string;
  readonly cores: number;
  /** Mean number of runnable processes in the last minute: how much else was going on. */
  readonly load: number;
}

/** What the figures were read on. */
export function describeMachine(): Machine {
  const processors = cpus();
  return {
    node: process.version,
    cpu: processors[0]?.model.trim() ?? 'unknown',
    cores: processors.length,
    load: Math.round((loadavg()[0] ?? 0) * 10) / 10,
  };
}

/** The rows for a person to read. */
export function formatTable(rows: readonly Row[], machine: Machine, generator: string): string {
  const cells = rows.map((row) => [
    row.name,
    row.value === undefined
      ? (row.requestsPerSecond?.toLocaleString('en') ?? '')
      : `${row.value} ${row.unit}`,
    row.p50 === undefined ? '' : `${row.p50.toFixed(2)} ms`,
    row.p99 === undefined ? '' : `${row.p99.toFixed(2)} ms`,
    row.cpuPerRequest === undefined ? '' : `${row.cpuPerRequest.toFixed(1)} µs`,
    row.ratio === undefined ? '' : row.ratio.toFixed(2),
    row.ratio === undefined ? '' : `${row.lowest?.toFixed(2)} – ${row.highest?.toFixed(2)}`,
    row.cpuRatio === undefined ? '' : row.cpuRatio.toFixed(2),
  ]);
  const head = ['', 'requests/s', 'p50', 'p99', 'CPU', 'ratio', 'least – most', 'by CPU'];
  const table = [head, ...cells];
  const widths =
    table[0]?.map((_, column) => Math.max(...table.map((line) => line[column]?.length ?? 0))) ?? [];
  const lines = table.map((line) =>
    line
      .map((cell, column) =>
        column === 0 ? cell.padEnd(widths[column] ?? 0) : cell.padStart(widths[column] ?? 0),
      )
      .join('  ')
      .trimEnd(),
  );
  const { node, cpu, cores, load } = machine;
  const about = `Medians of ${rows[0]?.rounds ?? 0} interleaved rounds. Node ${node}, ${cpu}, ${cores} cores, load ${load}, ${generator}.`;
  return `${lines.join('\n')}\n\n${about}\n`;
}
