import type { Response } from 'express';
import { Failure } from '../../identity/index.ts';
import { lastAdministrator } from '../last-administrator.ts';

/** Does it and goes on to the path that `work` gives; when nobody would be left to undo it, asks at `again` instead. */
export async function orAsk(res: Response, again: string, work: () => Promise<string>): Promise<void> {
  try {
    res.redirect(303, await work());
  } catch (error) {
    if (!(error instanceof Failure) || error.detail !== lastAdministrator) throw error;
    res.redirect(303, again);
  }
}
