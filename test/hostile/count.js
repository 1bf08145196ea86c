import { readFileSync } from 'node:fs';

const hostile = new URL('./', import.meta.url).pathname;
const readme = new URL('../../README.md', import.meta.url);

/**
 * Compares what the README says of the number of hostile cases with those that ran: "more than 3,500" must be true, and
 * not by more than a tenth. Gives the sentence to print when it is not.
 */
export function staleCount(ran) {
  const stated = /more than ([\d,]+) hostile cases/.exec(readFileSync(readme, 'utf8'))?.[1];
  const most = Number(stated?.replaceAll(',', ''));
  if (ran >= most && ran < most * 1.1) return undefined;
  const right = (Math.floor(ran / 100) * 100).toLocaleString('en');
  return `README.md says "more than ${stated ?? '…'} hostile cases"; ${ran} ran: write "more than ${right} hostile cases"`;
}

/** Is it a run of all hostile tests: of everything, or of this folder? */
export function isWhole({ testPathPatterns, testNamePattern, shard, onlyChanged, findRelatedTests, bail }) {
  const patterns = testPathPatterns?.patterns ?? [];
  const isPart = testNamePattern || shard || onlyChanged || findRelatedTests || bail;
  return !isPart && (patterns.length === 0 || patterns.join() === 'test/hostile');
}

/** A reporter that says nothing, and fails a whole run when the README is out of date. */
export default class HostileCount {
  #whole;
  #ran = 0;

  constructor(globalConfig) {
    this.#whole = isWhole(globalConfig);
  }

  onTestResult(test, result) {
    if (test.path.startsWith(hostile)) this.#ran += result.testResults.length;
  }

  getLastError() {
    const stale = this.#whole ? staleCount(this.#ran) : undefined;
    if (stale === undefined) return undefined;
    process.stderr.write(`${stale}\n`);
    return new Error(stale);
  }
}
