import type { Command } from '../command.ts';
import { adminRecover } from './admin-recover.ts';
import { auditExport, auditVerify } from './audit-chain.ts';
import { audit } from './audit.ts';
import { backup, restore } from './backup.ts';
import { completionFor } from './completion.ts';
import { configCheck } from './config-check.ts';
import { configDiff } from './config-diff.ts';
import { configReload } from './config-reload.ts';
import { configSchema } from './config-schema.ts';
import { demo } from './demo.ts';
import { explain } from './explain.ts';
import { groupsAdd, groupsList, groupsRemove } from './groups.ts';
import { init } from './init.ts';
import { keysList, keysRotate } from './keys.ts';
import { loginsList, loginsShow } from './logins.ts';
import { migrate } from './migrate.ts';
import { processes } from './processes.ts';
import { providersList, providersShow } from './providers.ts';
import { scimStatusCommand } from './scim-status.ts';
import { scimTokenCreate, scimTokenList, scimTokenRevoke } from './scim-tokens.ts';
import { proxyConfig } from './proxy-config.ts';
import { serve } from './serve.ts';
import { sessionsEnd, sessionsList, sessionsRevoke } from './sessions.ts';
import { usersErase, usersExport } from './users-privacy.ts';
import { signalsConnect, signalsStatus, signalsVerify } from './signals.ts';
import { tokensCreate, tokensList, tokensRevoke } from './tokens.ts';
import { usersDisable, usersEnable, usersList, usersShow } from './users.ts';
import { usersAdd, usersInvite } from './users-add.ts';
import { usersLink, usersRelink, usersUnlink } from './users-links.ts';

/** Every command, in the order of the overview. */
export const commands: readonly Command[] = [
  init,
  serve,
  processes,
  demo,
  configCheck,
  configDiff,
  configReload,
  configSchema,
  explain,
  providersList,
  providersShow,
  usersList,
  usersShow,
  usersAdd,
  usersInvite,
  usersLink,
  usersUnlink,
  usersRelink,
  usersDisable,
  usersEnable,
  usersExport,
  usersErase,
  groupsList,
  groupsAdd,
  groupsRemove,
  sessionsList,
  sessionsRevoke,
  sessionsEnd,
  loginsList,
  loginsShow,
  signalsConnect,
  signalsStatus,
  signalsVerify,
  scimStatusCommand,
  scimTokenCreate,
  scimTokenList,
  scimTokenRevoke,
  proxyConfig,
  tokensList,
  tokensCreate,
  tokensRevoke,
  keysList,
  keysRotate,
  audit,
  auditVerify,
  auditExport,
  adminRecover,
  migrate,
  backup,
  restore,
  completionFor(() => commands),
];
