/** A colour as red, green and blue, 0 to 255 each. */
type Rgb = readonly [red: number, green: number, blue: number];

/** `#rrggbb` read; undefined when it is something else. */
export function parseColor(text: string): Rgb | undefined {
  const hex = /^#([0-9a-f]{6})$/i.exec(text)?.[1];
  if (hex === undefined) return undefined;
  const value = Number.parseInt(hex, 16);
  return [value >> 16, (value >> 8) & 255, value & 255];
}

/** Relative luminance (WCAG 2.2, "relative luminance"). */
function luminance(color: Rgb): number {
  const [red, green, blue] = color.map((part) => {
    const share = part / 255;
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  }) as [number, number, number];
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

/** Contrast ratio of two colours, 1 to 21 (WCAG 2.2, "contrast ratio"). */
export function contrast(one: Rgb, other: Rgb): number {
  const [light, dark] = [luminance(one), luminance(other)].sort((a, b) => b - a) as [number, number];
  return (light + 0.05) / (dark + 0.05);
}

/** Text of normal size needs this much (WCAG 2.2, 1.4.3). */
const least = 4.5;
/** What the accent colour meets on our pages: text on buttons, and the tiles and cards that links stand on. */
const grounds = {
  light: { text: '#ffffff', behind: ['#fffefb', '#e6eeeb'] },
  dark: { text: '#0d2320', behind: ['#19211f', '#26332f'] },
} as const;

/** What is wrong with an accent colour for pages of this kind, or undefined when all text with it can be read. */
export function accentComplaint(text: string, kind: 'light' | 'dark'): string | undefined {
  const color = parseColor(text);
  if (!color) return 'expected a colour such as #1d5a57';
  const ratio = accentContrast(color, kind);
  if (ratio >= least) return undefined;
  const way = kind === 'light' ? 'darker' : 'lighter';
  return `text in this colour would be hard to read: its contrast is ${floor(ratio)}, expected 4.5 or more (WCAG 2.2, 1.4.3); take a ${way} one`;
}

/** The accent for dark pages that belongs to one for light pages: mixed with white until it can be read. */
export function accentForDark(accent: string): string {
  const color = parseColor(accent) ?? [29, 90, 87];
  for (let share = 0.2; share < 1; share += 0.05) {
    const lighter = mix(color, [255, 255, 255], share);
    if (accentContrast(lighter, 'dark') >= 6) return formatColor(lighter);
  }
  return '#ffffff';
}

/** The colour with a share of another one in it. */
export function mixColors(color: string, other: string, share: number): string {
  return formatColor(mix(parseColor(color) ?? [0, 0, 0], parseColor(other) ?? [0, 0, 0], share));
}

function accentContrast(color: Rgb, kind: 'light' | 'dark'): number {
  const { text, behind } = grounds[kind];
  return Math.min(...[text, ...behind].map((other) => contrast(color, parseColor(other) ?? [0, 0, 0])));
}

function mix(color: Rgb, other: Rgb, share: number): Rgb {
  const [red, green, blue] = color.map((part, index) =>
    Math.round(part * (1 - share) + (other[index] ?? 0) * share),
  );
  return [red ?? 0, green ?? 0, blue ?? 0];
}

function formatColor(color: Rgb): string {
  return `#${color.map((part) => part.toString(16).padStart(2, '0')).join('')}`;
}

/** Rounded down, so that a ratio that is too low never reads as enough. */
function floor(ratio: number): string {
  return (Math.floor(ratio * 10) / 10).toFixed(1);
}
