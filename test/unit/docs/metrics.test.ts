import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { parse } from 'yaml';
import { createMetrics, metricList } from '../../../src/telemetry/index.ts';
import { metricsReference } from '../../support/metrics-reference.ts';

const fileOf = (path: string): string => fileURLToPath(new URL(`../../../${path}`, import.meta.url));

/** Every name that can be asked for: those of histograms with their three endings. */
let series: ReadonlySet<string>;
let registered: readonly { readonly name: string; readonly type: string; readonly help: string }[];

beforeAll(async () => {
  const text = await createMetrics().text();
  const kinds = new Map([...text.matchAll(/^# TYPE (\S+) (\S+)$/gm)].map(([, name, type]) => [name!, type!]));
  registered = [...text.matchAll(/^# HELP (\S+) (.*)$/gm)].map(([, name, help]) => ({
    name: name!,
    help: help!,
    type: kinds.get(name!) ?? '',
  }));
  series = new Set(
    registered.flatMap(({ name, type }) =>
      type === 'histogram' ? [`${name}_bucket`, `${name}_sum`, `${name}_count`] : [name],
    ),
  );
});

/** Names of metrics in a query, and labels that it asks for. */
function namesIn(expression: string): readonly string[] {
  return [...expression.matchAll(/\b(?:doorward|nodejs|process)_[a-z0-9_]+/g)].map(([name]) => name);
}
function labelsIn(expression: string): readonly (readonly [name: string, labels: readonly string[]])[] {
  return [...expression.matchAll(/\b(doorward_[a-z0-9_]+)\{([^}]*)\}/g)].map(([, name, inside]) => [
    name!,
    [...inside!.matchAll(/(\w+)\s*(?:=~|!=|=)/g)].map(([, label]) => label!),
  ]);
}
function unknownLabels(expression: string): readonly string[] {
  const given = ['job', 'instance', 'le'];
  return labelsIn(expression).flatMap(([name, labels]) => {
    const family = name.replace(/_(bucket|sum|count)$/, '');
    const metric = Object.values(metricList).find((each) => each.name === name || each.name === family);
    return labels.filter((label) => !given.includes(label) && !(label in (metric?.labels ?? {})));
  });
}

describe('docs/metrics.md', () => {
  // After a change of the metrics: UPDATE_DOCS=1 npm run jest -- test/unit/docs
  it('has every metric of ours, as it is registered', () => {
    const own = registered.filter(({ name }) => name.startsWith('doorward_'));
    expect(own).toEqual(Object.values(metricList).map(({ name, type, help }) => ({ name, type, help })));
    const path = fileOf('docs/metrics.md');
    const text = readFileSync(path, 'utf8');
    const wanted = text.replace(
      /<!-- metrics -->[\s\S]*<!-- \/metrics -->/,
      () => `<!-- metrics -->\n${metricsReference()}\n<!-- /metrics -->`,
    );
    if (process.env['UPDATE_DOCS'] === '1') writeFileSync(path, wanted);
    else expect(text).toBe(wanted);
    expect(wanted).toContain('| `doorward_verify_total` | counter |');
  });

  it('names no metric of Node or the process that is not there', () => {
    const text = readFileSync(fileOf('docs/metrics.md'), 'utf8');
    const named = namesIn(text).filter((name) => !name.startsWith('doorward_'));
    expect(named.length).toBeGreaterThan(3);
    expect(named.filter((name) => !series.has(name))).toEqual([]);
  });
});

describe('deploy/prometheus/alerts.yaml', () => {
  const { groups } = parse(readFileSync(fileOf('deploy/prometheus/alerts.yaml'), 'utf8')) as {
    groups: readonly {
      rules: readonly { alert: string; expr: string; annotations: Readonly<Record<string, string>> }[];
    }[];
  };
  const rules = groups.flatMap((group) => group.rules);

  it('asks for metrics and labels that are there, and for some in every rule', () => {
    expect(rules.length).toBeGreaterThan(10);
    for (const { alert, expr } of rules) {
      const unknown = namesIn(expr).filter((name) => !series.has(name));
      expect({ alert, unknown, labels: unknownLabels(expr) }).toEqual({ alert, unknown: [], labels: [] });
      expect({ alert, names: namesIn(expr).length > 0 }).toEqual({ alert, names: true });
    }
  });

  it('says in every rule what is wrong and where to look, and names there only what exists', () => {
    for (const { alert, annotations } of rules) {
      expect({ alert, said: Object.keys(annotations) }).toEqual({ alert, said: ['summary', 'description'] });
      const named = namesIn(Object.values(annotations).join(' '));
      const names = registered.map(({ name }) => name);
      expect({ alert, unknown: named.filter((name) => !names.includes(name)) }).toEqual({
        alert,
        unknown: [],
      });
    }
    expect(new Set(rules.map(({ alert }) => alert)).size).toBe(rules.length);
  });
});

describe('deploy/grafana/doorward.json', () => {
  interface Panel {
    readonly id: number;
    readonly type: string;
    readonly title: string;
    readonly gridPos: { readonly x: number; readonly y: number; readonly w: number; readonly h: number };
    readonly targets?: readonly { readonly expr: string }[];
  }
  const dashboard = JSON.parse(readFileSync(fileOf('deploy/grafana/doorward.json'), 'utf8')) as {
    readonly panels: readonly Panel[];
    readonly templating: { readonly list: readonly { readonly query: unknown }[] };
  };

  it('asks for metrics and labels that are there', () => {
    const plots = dashboard.panels.filter(({ type }) => type !== 'row');
    expect(plots.length).toBeGreaterThan(20);
    for (const { title, targets = [] } of plots) {
      expect(targets.length).toBeGreaterThan(0);
      for (const { expr } of targets) {
        const unknown = namesIn(expr).filter((name) => !series.has(name));
        expect({ title, unknown, labels: unknownLabels(expr) }).toEqual({ title, unknown: [], labels: [] });
        expect({ expr, names: namesIn(expr).length > 0 }).toEqual({ expr, names: true });
      }
    }
    const asked = namesIn(JSON.stringify(dashboard.templating.list));
    expect(asked.filter((name) => !series.has(name))).toEqual([]);
  });

  it('shows every metric of ours somewhere', () => {
    const shown = JSON.stringify(dashboard.panels);
    expect(Object.values(metricList).filter(({ name }) => !shown.includes(name))).toEqual([]);
  });

  it('has its panels beside each other, each with a number of its own', () => {
    const { panels } = dashboard;
    expect(new Set(panels.map(({ id }) => id)).size).toBe(panels.length);
    for (const [index, one] of panels.entries()) {
      expect(one.gridPos.x + one.gridPos.w).toBeLessThanOrEqual(24);
      for (const other of panels.slice(index + 1)) {
        const [a, b] = [one.gridPos, other.gridPos];
        const apart = a.x + a.w <= b.x || b.x + b.w <= a.x || a.y + a.h <= b.y || b.y + b.h <= a.y;
        expect({ one: one.title, other: other.title, apart }).toMatchObject({ apart: true });
      }
    }
  });
});
