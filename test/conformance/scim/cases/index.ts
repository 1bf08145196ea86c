import type { ScimCase } from '../case.ts';
import { entraGroups } from './entra-groups.ts';
import { entraUsers } from './entra-users.ts';
import { okta } from './okta.ts';
import { others } from './others.ts';
import { relatives } from './relatives.ts';
import { rfcChanges } from './rfc-changes.ts';
import { rfcLists } from './rfc-lists.ts';

/** The case table, client by client. */
export const scimCases: readonly ScimCase[] = [
  ...entraUsers,
  ...entraGroups,
  ...okta,
  ...others,
  ...rfcLists,
  ...rfcChanges,
  ...relatives,
];
