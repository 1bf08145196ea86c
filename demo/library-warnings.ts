import { appendFileSync } from 'node:fs';
import { inspect } from 'node:util';

let file: string | undefined;

/**
 * Libraries of the demo's identity providers warn on the console that a demo is no production set-up. That is true, and
 * goes to a log file instead of between the person and the table of users. Imported before them, because one warns on import.
 */
console.warn =
  console.error =
  console.info =
    (...parts: readonly unknown[]): void => {
      const text = parts.map((part) => (typeof part === 'string' ? part : inspect(part))).join(' ');
      if (file !== undefined) appendFileSync(file, `${text}\n`);
    };

/** From now on warnings are kept in this file; those before are dropped. */
export function keepWarnings(path: string): void {
  file = path;
}
