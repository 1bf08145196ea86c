import { lastAdministrator } from '../admin/index.ts';
import { Failure } from '../identity/index.ts';
import type { Terminal } from './command.ts';

/** Runs a change that the last administrator is kept from; says so, and what to do. */
export async function unlessLast(terminal: Terminal, work: () => Promise<void>): Promise<boolean> {
  try {
    await work();
    return true;
  } catch (error) {
    if (!(error instanceof Failure) || error.detail !== lastAdministrator) throw error;
    terminal.err(
      'This is the last administrator: nobody could open the console any more. If you mean it, add --yes.\n',
    );
    return false;
  }
}
