import { jsonSchema, type JsonSchema } from '../../src/config/index.ts';

/** The tables of docs/configuration.md, made from the schema that also checks the files: one row a key. */
export function configurationReference(): { readonly gateway: string; readonly provider: string } {
  const { gateway, provider } = jsonSchema();
  const oidc = provider['else'] as JsonSchema;
  const saml = provider['then'] as JsonSchema;
  const [inOidc, inSaml] = [rowsOf(oidc), rowsOf(saml)];
  const keys = new Set([...inOidc.keys(), ...inSaml.keys()]);
  const both = new Map<string, Row>();
  for (const key of keys) {
    const row = (inOidc.get(key) ?? inSaml.get(key))!;
    const only = !inSaml.has(key) ? 'OIDC' : !inOidc.has(key) ? 'SAML' : '';
    both.set(key, { ...row, meaning: only === '' ? row.meaning : `*${only}.* ${row.meaning}` });
  }
  return { gateway: table(rowsOf(gateway)), provider: table(both) };
}

interface Row {
  readonly holds: string;
  readonly meaning: string;
}

function rowsOf(schema: JsonSchema, prefix = ''): Map<string, Row> {
  const rows = new Map<string, Row>();
  const required = new Set((schema['required'] as readonly string[] | undefined) ?? []);
  for (const [name, child] of Object.entries(schema.properties ?? {})) {
    const key = prefix + name;
    const needed = prefix === '' && required.has(name) ? '**Needed.** ' : '';
    rows.set(key, { holds: holds(child), meaning: needed + (child.description ?? '') });
    for (const inner of [child, ...(child.anyOf ?? [])]) {
      for (const [below, row] of rowsOf(inner, `${key}.`)) rows.set(below, row);
      if (inner.items !== undefined)
        for (const [below, row] of rowsOf(inner.items, `${key}[].`)) rows.set(below, row);
    }
  }
  return rows;
}

/** What a value may be, in a few words. */
function holds(schema: JsonSchema): string {
  const words = schema['enum'] as readonly string[] | undefined;
  if (words !== undefined) return words.map((word) => `\`${word}\``).join(', ');
  if (schema.anyOf !== undefined) return [...new Set(schema.anyOf.map((each) => holds(each)))].join(' or ');
  if (schema['const'] !== undefined) return `\`${String(schema['const'])}\``;
  const { type } = schema as { type?: string };
  if (type === 'array') return `list of ${schema.items === undefined ? 'values' : holds(schema.items)}`;
  if (type === 'object')
    return typeof schema.additionalProperties === 'object' ? 'map of texts' : 'the keys below';
  if (type === 'integer') return `number, ${schema.minimum} to ${schema.maximum}`;
  if (type === 'boolean') return '`true`, `false`';
  return /\(ms\|s\|m\|h\|d\)/.test(String(schema['pattern'] ?? '')) ? 'duration' : 'text';
}

function table(rows: ReadonlyMap<string, Row>): string {
  const lines = [...rows].map(
    ([key, row]) => `| \`${key}\` | ${row.holds} | ${row.meaning.replaceAll('|', '\\|')} |`,
  );
  return ['| key | holds | meaning |', '|---|---|---|', ...lines].join('\n');
}
