import { expect, it } from '@jest/globals';
import type { AuditEvent, AuditStore } from '../../../src/audit/index.ts';
import type { OpenDirectory } from '../../../src/directory/index.ts';
import type { JitStore } from '../../../src/jit/index.ts';

/** Fails to compile when the directory no longer is what jit and audit ask for. */
type Satisfies<Wanted, Given extends Wanted> = Given;
export type Checked = [
  Satisfies<JitStore<AuditEvent>, OpenDirectory<AuditEvent>>,
  Satisfies<AuditStore, OpenDirectory<AuditEvent>>,
];

it('gives jit and audit the stores that they ask for', () => {
  const handOver = (directory: OpenDirectory<AuditEvent>): [JitStore<AuditEvent>, AuditStore] => [
    directory,
    directory,
  ];
  const directory = {} as OpenDirectory<AuditEvent>;
  expect(handOver(directory)).toEqual([directory, directory]);
});
