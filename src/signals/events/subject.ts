import { isObject } from './token.ts';

/** Whom an event names, as far as it says so (RFC 9493, Shared Signals Framework 1.0, section 3). Nobody is looked up yet. */
export interface EventSubject {
  /** Ways to name the person; the first that leads to somebody counts. Empty: no person is named. */
  readonly person: readonly PersonId[];
  /** The one session that is meant, as the identity provider calls it. */
  readonly session: string | undefined;
  /** Something narrower than the person (a device, a group, a tenant) that we know nothing of. */
  readonly other: boolean;
}

export type PersonId =
  | { readonly kind: 'iss_sub'; readonly issuer: string; readonly subject: string }
  | { readonly kind: 'email'; readonly email: string }
  | { readonly kind: 'opaque'; readonly id: string };

const nobody: EventSubject = { person: [], session: undefined, other: false };

/** Reads a Subject Identifier; what is none, or of a format that names nobody we could know, names nobody. */
export function readSubject(value: unknown): EventSubject {
  if (!isObject(value)) return nobody;
  if (formatOf(value) !== 'complex' && !isComplex(value)) {
    return { ...nobody, person: personIds(value) };
  }
  const { user, session } = value;
  const named = isObject(session) ? personIds(session).find((id) => id.kind === 'opaque') : undefined;
  return {
    person: user === undefined ? [] : personIds(user),
    session: named?.id,
    other: ['device', 'tenant', 'org_unit', 'group', 'application'].some((name) => value[name] !== undefined),
  };
}

/** Drafts of the framework wrote `{"user": {…}}` without saying that it is complex. */
function isComplex(value: Readonly<Record<string, unknown>>): boolean {
  return formatOf(value) === undefined && (isObject(value['user']) || isObject(value['session']));
}

/** `format` (RFC 9493); older senders wrote `subject_type`, with hyphens. */
function formatOf(value: Readonly<Record<string, unknown>>): string | undefined {
  const format = value['format'] ?? value['subject_type'];
  return typeof format === 'string' ? format.replaceAll('-', '_') : undefined;
}

function personIds(value: unknown, isAlias = false): readonly PersonId[] {
  if (!isObject(value)) return [];
  const text = (name: string): string | undefined => {
    const found = value[name];
    return typeof found === 'string' && found !== '' && found.length <= 1_000 ? found : undefined;
  };
  switch (formatOf(value)) {
    case 'iss_sub': {
      const [issuer, subject] = [text('iss'), text('sub')];
      return issuer === undefined || subject === undefined ? [] : [{ kind: 'iss_sub', issuer, subject }];
    }
    case 'email': {
      const email = text('email');
      return email === undefined ? [] : [{ kind: 'email', email }];
    }
    case 'opaque': {
      const id = text('id');
      return id === undefined ? [] : [{ kind: 'opaque', id }];
    }
    case 'aliases': {
      // Aliases within aliases are not allowed (RFC 9493, section 3.2.8).
      const { identifiers } = value;
      return isAlias || !Array.isArray(identifiers)
        ? []
        : identifiers.slice(0, 10).flatMap((each) => personIds(each, true));
    }
    default:
      return [];
  }
}
