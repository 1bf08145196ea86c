import type { AuditEvent } from '../../audit/index.ts';
import type { Directory } from '../../directory/index.ts';

/** Why somebody was refused, for those who look after the gateway. */
const reasons: Readonly<Record<string, string>> = {
  idp_denied: 'the identity provider said no, or it was cancelled there',
  idp_deactivated: 'switched off at the identity provider',
  disabled_locally: 'disabled here',
  deactivated_by_scim: 'switched off by SCIM',
  email_domain: 'email domain not admitted',
  email_unverified: 'nobody vouches for the email address',
  required_group: 'in none of the required groups',
  groups_missing: 'no groups claim',
  groups_overage: 'too many groups to list',
  not_provisioned: 'not provisioned before',
  ambiguous_match: 'fits more than one person',
  login_rejected: 'the answer could not be verified',
  login_state_unknown: 'not begun in this browser, expired, or used twice',
  replayed: 'the answer was used before',
  idp_unavailable: 'the identity provider did not answer',
  store_unavailable: 'our own store did not answer',
  redirect_loop: 'stopped going in circles',
};

/** A reason or code in plain words; as it is when there are none. */
export function reasonText(reason: string): string {
  return reasons[reason] ?? reason.replaceAll('_', ' ');
}

/** What happened, in a few words, without who. */
export function eventText(event: AuditEvent): string {
  switch (event.type) {
    case 'login':
      return event.created ? 'signed in for the first time' : 'signed in';
    case 'login.refused':
      return `refused: ${reasonText(event.reason)}`;
    case 'login.failed':
      return `sign-in failed: ${reasonText(event.code)}`;
    case 'user.created':
      return 'created';
    case 'user.invited':
      return 'invited by mail';
    case 'user.invitation_failed':
      return `an invitation could not be sent: ${event.cause}`;
    case 'user.updated':
      return `changed: ${event.fields.join(', ')}`;
    case 'user.disabled':
      return event.why === undefined ? 'disabled' : `disabled: ${event.why}`;
    case 'user.enabled':
      return event.why === undefined ? 'enabled' : `enabled: ${event.why}`;
    case 'membership.added':
      return `added to ${event.group} (${event.source})`;
    case 'membership.removed':
      return `removed from ${event.group} (${event.source})`;
    case 'group.created':
    case 'group.removed':
      return `${event.type === 'group.created' ? 'new group' : 'group removed:'} ${event.group}`;
    case 'signal.received':
      return `security event ${event.event}: ${event.effect.replaceAll('_', ' ')}`;
    case 'session.ended':
      return `session ended: ${event.cause.replaceAll('_', ' ')}`;
    case 'scim.unmatched':
      return 'signed in, and is not in SCIM';
    case 'config.loaded':
      return `configuration ${event.version ?? ''} loaded`;
    case 'config.rejected':
      return `configuration rejected, ${event.problems ?? 'some'} problems`;
    case 'config.held':
      return `configuration ${event.version} held back: ${(event.losses ?? []).join('; ')}`;
    case 'config.accepted':
      return `configuration ${event.version} accepted, whatever it takes away`;
    case 'admin.recovery_link':
      return 'made a recovery link at the machine';
    case 'admin.recovered':
      return 'began a recovery session of an administrator';
    default:
      return event.type.replaceAll('.', ' ').replaceAll('_', ' ');
  }
}

/** Names of the people who acted in these events, by their ids. */
export async function actorNames(
  events: readonly AuditEvent[],
  users: Pick<Directory, 'snapshot'>,
): Promise<ReadonlyMap<string, string>> {
  const ids = new Set(
    events.flatMap(({ actor }) =>
      actor.kind === 'admin' && actor.name !== undefined && isUserId(actor.name) ? [actor.name] : [],
    ),
  );
  const found = await Promise.all([...ids].map(async (id) => [id, await users.snapshot(id)] as const));
  return new Map(found.map(([id, user]) => [id, user?.userName ?? 'somebody erased']));
}

/** Who did it: an administrator's name, the command's user; undefined when it was the person themselves. */
export function actorText({ actor }: AuditEvent, names: ReadonlyMap<string, string>): string | undefined {
  if (actor.kind === 'person') return undefined;
  if (actor.name === undefined) return actor.kind;
  if (actor.kind === 'admin') return names.get(actor.name) ?? actor.name;
  return actor.kind === 'command' ? `${actor.name} (command)` : actor.name;
}

function isUserId(name: string): boolean {
  return /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(name);
}

/** How the line is marked: good, bad, or neither. */
export function eventTone(type: string): 'good' | 'bad' | 'plain' {
  if (type === 'login' || type === 'user.enabled' || type === 'config.loaded') return 'good';
  if (
    /^(login\.(refused|failed)|user\.(disabled|erased|deactivated)|config\.(rejected|held)|admin\.|scim\.refused)/.test(
      type,
    )
  )
    return 'bad';
  return 'plain';
}
