import { metricList } from '../../src/telemetry/index.ts';

/** The table of docs/metrics.md, made of the descriptions that metrics are registered with. */
export function metricsReference(): string {
  const rows = Object.values(metricList).map(({ name, type, help, labels }) => {
    const each = Object.entries(labels).map(([label, values]) => `\`${label}\`: ${values}`);
    return `| \`${name}\` | ${type} | ${help} | ${each.join('<br>')} |`;
  });
  return ['| metric | kind | what it says | labels |', '|---|---|---|---|', ...rows].join('\n');
}
