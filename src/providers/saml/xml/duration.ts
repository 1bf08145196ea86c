const pattern =
  /^P(?:(\d{1,6})Y)?(?:(\d{1,6})M)?(?:(\d{1,6})D)?(?:T(?=\d)(?:(\d{1,9})H)?(?:(\d{1,9})M)?(?:(\d{1,9})(?:\.\d+)?S)?)?$/;
const day = 86_400_000;
const units = [365 * day, 30 * day, day, 3_600_000, 60_000, 1_000] as const;

/**
 * An `xs:duration` (XML Schema part 2, section 3.2.6) as milliseconds, a month of 30 days and a year of 365; undefined
 * for a negative one and for what is none.
 */
export function span(text: string): number | undefined {
  const parts = pattern.exec(text)?.slice(1);
  if (parts === undefined || parts.every((part) => part === undefined)) return undefined;
  return parts.reduce((sum, part, at) => sum + Number(part ?? 0) * (units[at] ?? 0), 0);
}
