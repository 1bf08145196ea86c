import { join } from 'node:path';
import { createInvitations, type Invitations, type SendInvitation } from '../admin/index.ts';
import type { Config, MailConfig } from '../config/index.ts';
import { silentLog, type Log } from '../identity/index.ts';
import { createLetters, createPostman } from '../mail/index.ts';
import { loadLanguages, viewsDirectory } from '../web/index.ts';
import type { Stores } from './stores.ts';

/** Invitations of one configuration: by its mail server, in its name. */
export function invitationsOf(
  config: Config,
  stores: Pick<Stores, 'directory' | 'sessions' | 'audit'>,
  { now = Date.now, log = silentLog }: { readonly now?: () => number; readonly log?: Log } = {},
): Invitations {
  return createInvitations({
    directory: stores.directory,
    send: config.mail && sendBy(config, config.mail),
    maxPerHour: config.mail?.maxPerHour ?? 0,
    transient: stores.sessions.transient,
    audit: stores.audit,
    now,
    log,
  });
}

/** Ours, where the brand has no colour of its own. */
const accent = '#1d5a57';

function sendBy(config: Config, mail: MailConfig): SendInvitation {
  const languages = loadLanguages(join(viewsDirectory, 'locales'));
  const letters = createLetters(join(viewsDirectory, 'mail'));
  const postman = createPostman(mail);
  const { brand, contact, baseUrl, prefix, providers } = config;
  return async (user, address, wanted) => {
    const { displayName, locale } = user.profile;
    const fallback = languages.named(mail.language) ?? languages.preferred(undefined);
    const own = locale === undefined ? undefined : languages.named(locale.split(/[-_]/)[0]);
    const [only, ...others] = providers;
    const letter = letters.invitation(languages.named(wanted) ?? own ?? fallback, {
      name: displayName,
      brand: brand.name,
      url: `${baseUrl}${prefix}/login`,
      provider: others.length === 0 ? only?.label : undefined,
      contact,
      accent: brand.colors.accent ?? accent,
    });
    await postman.send(letter, { name: displayName, address });
  };
}
