/** One stretch of time in a plot: how many of each kind. */
export interface Bar {
  readonly at: number;
  readonly values: readonly number[];
}

const [width, height, left, bottom, top] = [720, 190, 50, 30, 20];
const longestGap = 2 * 3_600_000;

/**
 * Stacked bars over time as an SVG text of our own making: no script, no style attribute (the content security policy has
 * no place for them). Series get the classes `s0`, `s1` … The numbers themselves stand in a table beside it.
 */
export function barPlot(
  bars: readonly Bar[],
  options: { from: number; to: number; step: number; label: string },
): string {
  const { from, to, step, label } = options;
  const most = niceCeiling(Math.max(1, ...bars.map(({ values }) => sum(values))));
  const x = (at: number): number => left + ((at - from) / (to - from)) * (width - left - 4);
  const y = (value: number): number => top + (1 - value / most) * (height - top - bottom);
  const wide = Math.max(1, x(from + step) - x(from) - 1.5);
  const rectangles = bars
    .filter(({ at }) => at >= from && at < to)
    .map(({ at, values }) => {
      let below = 0;
      const parts = values.map((value, series) => {
        const [foot, head] = [y(below), y(below + value)];
        below += value;
        return value === 0
          ? ''
          : `<rect class="s${series}" x="${round(x(at))}" y="${round(head)}" width="${round(wide)}" height="${round(foot - head)}"/>`;
      });
      return parts.join('');
    });
  return frame(label, axes(most, y, x, from, to), rectangles.join(''));
}

/** A line over time; gaps of more than two hours are left open. */
export function linePlot(
  points: readonly { readonly at: number; readonly value: number }[],
  options: { from: number; to: number; label: string },
): string {
  const { from, to, label } = options;
  const most = niceCeiling(Math.max(1, ...points.map(({ value }) => value)));
  const x = (at: number): number => left + ((at - from) / (to - from)) * (width - left - 4);
  const y = (value: number): number => top + (1 - value / most) * (height - top - bottom);
  let before: number | undefined;
  const path = points
    .filter(({ at }) => at >= from && at <= to)
    .map(({ at, value }) => {
      const move = before === undefined || at - before > longestGap ? 'M' : 'L';
      before = at;
      return `${move}${round(x(at))} ${round(y(value))}`;
    })
    .join('');
  return frame(label, axes(most, y, x, from, to), path === '' ? '' : `<path class="line" d="${path}"/>`);
}

function frame(label: string, grid: string, content: string): string {
  return `<svg class="plot" viewBox="0 0 ${width} ${height}" role="img" aria-label="${escape(label)}">${grid}${content}</svg>`;
}

function axes(
  most: number,
  y: (value: number) => number,
  x: (at: number) => number,
  from: number,
  to: number,
): string {
  const lines = [0, most / 2, most].map(
    (value) =>
      `<line class="grid" x1="${left}" x2="${width}" y1="${round(y(value))}" y2="${round(y(value))}"/><text class="axis" x="${left - 6}" y="${round(y(value) + 4)}" text-anchor="end">${value % 1 === 0 ? value : ''}</text>`,
  );
  const marks = [0, 0.25, 0.5, 0.75].map((share) => {
    const at = from + share * (to - from);
    return `<text class="axis" x="${round(x(at))}" y="${height - 8}">${tick(at, to - from)}</text>`;
  });
  return lines.join('') + marks.join('');
}

function tick(at: number, span: number): string {
  const iso = new Date(at).toISOString();
  return span <= 2 * 86_400_000 ? iso.slice(11, 16) : iso.slice(5, 10);
}

function niceCeiling(value: number): number {
  const power = 10 ** Math.floor(Math.log10(value));
  const step = [1, 2, 4, 5, 10].find((each) => each * power >= value) ?? 10;
  return Math.max(2, step * power);
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}

function escape(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;');
}
