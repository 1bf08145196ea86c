import { isWhole, staleCount } from './count.js';

/**
 * Prints the hostile cases one line each: number of the row in the catalogue, sentence, verdict, milliseconds; then how
 * many there are and how many held. A case's title begins with its row ("26: state of another browser").
 */
export default class HostileReporter {
  #rows = [];
  #whole;

  constructor(globalConfig) {
    this.#whole = isWhole(globalConfig);
  }

  onTestResult(_test, result) {
    for (const each of result.testResults) {
      const where = each.ancestorTitles.join(', ');
      const [, own, sentence = each.title] = /^(\d+): (.*)$/s.exec(each.title) ?? [];
      const row = own ?? /\brow (\d+)/.exec(where)?.[1] ?? '';
      this.#rows.push({
        row,
        sentence,
        where,
        held: each.status === 'passed',
        ms: Math.round(each.duration ?? 0),
      });
    }
    if (result.testExecError)
      this.#rows.push({ row: '', sentence: result.testFilePath, where: '', held: false, ms: 0 });
  }

  onRunComplete() {
    const rows = this.#rows.sort((left, right) => Number(left.row || 999) - Number(right.row || 999));
    for (const { row, sentence, where, held, ms } of rows) {
      const verdict = held ? 'held' : 'FELL';
      process.stdout.write(
        `${row.padStart(3)}  ${verdict}  ${String(ms).padStart(6)} ms  ${sentence}  [${where}]\n`,
      );
    }
    const fell = rows.filter((row) => !row.held).length;
    process.stdout.write(`\nhostile cases: ${rows.length}, held: ${rows.length - fell}, fell: ${fell}\n`);
  }

  getLastError() {
    if (this.#rows.some((row) => !row.held) || this.#rows.length === 0)
      return new Error('a hostile case was not refused as it must be');
    const stale = this.#whole ? staleCount(this.#rows.length) : undefined;
    return stale === undefined ? undefined : new Error(stale);
  }
}
