import { z } from 'zod';
import { duration, texts } from './fields.ts';

/** `admin` of gateway.yaml: who may open the console. */
export const adminKeys = z
  .strictObject({
    roles: texts('Roles that may open the console at /admin. Default: admin').optional(),
    groups: texts('Groups whose members may open it too.').optional(),
    recentAuthentication: duration(
      'For changes, the sign-in must not be older than this; whoever is older signs in again. Default: 15m',
      { min: '1m', max: '1d' },
    ).optional(),
  })
  .meta({ description: 'Who may open the console at /admin.' });
