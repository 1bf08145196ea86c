import { z } from 'zod';
import { count } from './fields.ts';

/** `reload:` of gateway.yaml. */
export const reloadKeys = z
  .strictObject({
    maxLossPercent: count(
      'Most memberships, in percent of those of one provider’s people, that changed rules may take away without a word from an administrator; people who would be refused count by the same share. Beyond it the rules before stay in force until `doorward config reload --yes`. 100: never asks. Default: 20',
      { min: 0, max: 100 },
    ).optional(),
  })
  .meta({ description: 'Care with rules that take much away.' });
