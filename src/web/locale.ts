/**
 * Which of the languages we have a person would rather read (RFC 9110, section 12.5.4; matching as RFC 4647 "lookup").
 * `header` is Accept-Language, `available` holds lower-case tags, the first is the default. Never throws.
 */
export function chooseLocale(header: string | undefined, available: readonly string[]): string {
  const fallback = available[0] ?? 'en';
  const wanted = (header ?? '')
    .slice(0, 500)
    .split(',')
    .map((item, index) => {
      const [tag = '', ...parameters] = item.split(';').map((part) => part.trim().toLowerCase());
      const q = parameters.find((parameter) => parameter.startsWith('q='))?.slice(2);
      const quality = q === undefined ? 1 : Number(q);
      return { tag, quality: Number.isFinite(quality) ? quality : 0, index };
    })
    .filter(({ tag, quality }) => tag !== '' && quality > 0)
    .sort((a, b) => b.quality - a.quality || a.index - b.index);
  for (const { tag } of wanted) {
    if (tag === '*') return fallback;
    for (let range = tag; range !== ''; range = range.slice(0, Math.max(0, range.lastIndexOf('-')))) {
      if (available.includes(range)) return range;
    }
  }
  return fallback;
}
