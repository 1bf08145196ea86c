import { z } from 'zod';

/** What the API speaks: answers and questions, each with a description. The OpenAPI document is made from these. */
const time = z.iso.datetime().meta({ description: 'ISO 8601, in UTC.' });
const maybeTime = time.nullable();
const status = z.enum(['active', 'disabled', 'deactivated']).meta({
  description: 'disabled: by an administrator here; deactivated: by SCIM. Neither can sign in.',
});

export const personSchema = z
  .strictObject({
    id: z.uuid(),
    userName: z.string(),
    displayName: z.string().nullable(),
    email: z.string().nullable(),
    emailVerified: z.boolean(),
    status,
    groups: z.array(
      z.strictObject({
        name: z.string(),
        source: z.string().meta({ description: 'local, login:PROVIDER or scim:PROVIDER' }),
      }),
    ),
    identities: z.array(z.strictObject({ provider: z.string(), issuer: z.string(), subject: z.string() })),
    createdAt: time,
    lastLoginAt: maybeTime,
  })
  .meta({ id: 'Person' });

export const sessionSchema = z
  .strictObject({
    session: z.string().meta({ description: 'Short name of the session: useless as a session id.' }),
    userId: z.string(),
    provider: z.string(),
    device: z.string(),
    address: z.string().nullable(),
    startedAt: time,
    lastSeenAt: time,
    expiresAt: time,
  })
  .meta({ id: 'Session' });

export const groupSchema = z
  .strictObject({ id: z.string(), name: z.string(), members: z.int() })
  .meta({ id: 'Group' });

export const providerSchema = z
  .strictObject({
    id: z.string(),
    label: z.string(),
    preset: z.string(),
    protocol: z.enum(['oidc', 'saml']),
    state: z.enum(['unknown', 'up', 'down']),
    since: maybeTime,
  })
  .meta({ id: 'Provider' });

export const eventSchema = z
  .looseObject({
    seq: z.int(),
    at: time,
    type: z.string(),
    actor: z.strictObject({ kind: z.string(), name: z.string().optional() }),
  })
  .meta({ id: 'AuditEvent', description: 'One record of the audit trail; each type has fields of its own.' });

export const loginSchema = z
  .strictObject({
    reference: z.string(),
    at: time,
    provider: z.string(),
    outcome: z.enum(['admitted', 'refused', 'failed']),
    why: z.string().nullable(),
    userId: z.string().nullable(),
    userName: z.string().nullable(),
  })
  .meta({ id: 'Login' });

export const loginTraceSchema = z
  .strictObject({ ...loginSchema.shape, trace: z.record(z.string(), z.unknown()) })
  .meta({ id: 'LoginTrace', description: 'Claims as they came (secrets masked), mapping, decision.' });

export const overviewSchema = z
  .strictObject({
    from: time,
    to: time,
    logins: z.strictObject({ admitted: z.int(), refused: z.int(), failed: z.int() }),
    refusals: z.array(z.strictObject({ provider: z.string(), why: z.string(), count: z.int() })),
    people: z.strictObject({ total: z.int(), disabled: z.int(), deactivated: z.int() }),
    sessions: z.int(),
    providers: z.array(
      z.strictObject({ id: z.string(), label: z.string(), state: z.string(), since: maybeTime }),
    ),
    scim: z.array(
      z.strictObject({ provider: z.string(), users: z.int(), lastRequest: maybeTime, refused: z.int() }),
    ),
    configVersion: z.string(),
    configHeld: z
      .strictObject({ at: time, version: z.string(), losses: z.array(z.string()) })
      .nullable()
      .meta({ description: 'Files on disk that take much away and wait to be accepted.' }),
  })
  .meta({ id: 'Overview' });

export const invitationSchema = z
  .strictObject({
    result: z.enum(['sent', 'no_mail', 'no_address', 'switched_off', 'too_many', 'failed']),
    message: z.string(),
  })
  .meta({ id: 'Invitation', description: 'What came of it. The person is kept in any case.' });

export const errorSchema = z
  .strictObject({
    error: z.strictObject({
      code: z.string(),
      message: z.string(),
      reference: z.string(),
      problems: z.array(z.string()).optional(),
    }),
  })
  .meta({ id: 'Error' });

export const apiTokenSchema = z
  .strictObject({
    id: z.string(),
    name: z.string(),
    provider: z.string(),
    createdAt: time,
    expiresAt: time,
    lastUsedAt: maybeTime,
  })
  .meta({ id: 'ApiToken' });

export const scimTokenSchema = z
  .strictObject({
    id: z.string(),
    provider: z.string(),
    kind: z.enum(['bearer', 'client']),
    name: z.string(),
    createdAt: time,
    expiresAt: maybeTime,
    endsWithinDays: z.int().nullable().meta({ description: '30, 14 or 3 when its end is that near' }),
    lastUsedAt: maybeTime,
    revokedAt: maybeTime,
  })
  .meta({ id: 'ScimToken' });

export const scimSchema = z
  .strictObject({
    provider: z.string(),
    users: z.int(),
    inactive: z.int(),
    groups: z.int(),
    lastRequest: maybeTime,
    requests: z.int(),
    done: z.record(z.string(), z.int()),
    errors: z.record(z.string(), z.int()),
    lastRefused: z.strictObject({ at: time, why: z.string() }).nullable(),
    neverSignedIn: z.int().meta({ description: 'Provisioned, and no sign-in was ever theirs' }),
    notProvisioned: z.int().meta({ description: 'Signed in, and not in SCIM' }),
    tokens: z.array(scimTokenSchema),
  })
  .meta({ id: 'Provisioning' });

/** How many lines of a list. */
export const limit = z.coerce.number().int().min(1).max(500).default(50);

export const changed = z.strictObject({ changed: z.boolean() });
export const ended = z.strictObject({ ended: z.int().meta({ description: 'Sessions that were alive.' }) });
