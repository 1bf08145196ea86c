import type { Report } from '../problems.ts';
import type { Template, TemplateKey } from '../presets/preset.ts';

/** The keys of a provider's file that a preset's address may be made of. */
export type TemplateValues = Partial<Record<TemplateKey, string | undefined>>;

/** What a template may name beside the file's keys. */
export interface OwnValues {
  readonly entityId?: string;
}

const templateKeys: readonly TemplateKey[] = ['domain', 'tenant', 'realm', 'environment', 'region'];

/**
 * The address of a preset with the file's keys put in, or undefined when one is missing: that is a problem at the
 * first key that lacks, which also says what can be written in its place.
 */
export function fillTemplate(
  template: Template,
  values: TemplateValues,
  instead: string,
  report: Report,
  own: OwnValues = {},
): string | undefined {
  const lacking = wanted(template).filter((key) => (values[key] ?? template.defaults?.[key]) === undefined);
  const [first] = lacking;
  if (first !== undefined) {
    if (lacking.some((key) => report.spoiled(key))) return undefined;
    report.problem(first, `missing; expected ${lacking.join(' and ')}, or ${instead}`);
    return undefined;
  }
  return template.url.replaceAll(/\{(\w+)\}/g, (_, key: TemplateKey | 'entityId') =>
    key === 'entityId'
      ? encodeURIComponent(own.entityId ?? '')
      : (values[key] ?? template.defaults?.[key] ?? ''),
  );
}

/** A key that the preset's address has no place for would be silently without effect: that is a problem. */
export function checkUnusedKeys(
  template: Template | undefined,
  values: TemplateValues,
  presetName: string,
  report: Report,
): void {
  const known = template ? wanted(template) : [];
  for (const key of templateKeys) {
    if (values[key] === undefined || known.includes(key)) continue;
    report.problem(key, `means nothing to the preset ${presetName}`);
  }
}

function wanted(template: Template): TemplateKey[] {
  return [...template.url.matchAll(/\{(\w+)\}/g)]
    .map(([, key]) => key as TemplateKey | 'entityId')
    .filter((key) => key !== 'entityId');
}
