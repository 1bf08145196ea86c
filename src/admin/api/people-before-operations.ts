import { z } from 'zod';
import { Failure } from '../../identity/index.ts';
import { inviteText } from '../invitations.ts';
import { readNewPerson } from '../new-person.ts';
import { operation, type Operation } from './operation.ts';
import { personJson } from './to-json.ts';
import { invitationSchema, personSchema } from './schemas.ts';

const language = z.string().max(35).optional().meta({
  description: 'Language of the letter (en, de …). Left out: that of the person, or of gateway.yaml.',
});

/** People before their first sign-in. */
export const peopleBeforeOperations: readonly Operation[] = [
  operation({
    id: 'addPerson',
    method: 'post',
    path: '/people',
    tag: 'People',
    summary: 'Add a person before the first sign-in; found by verified address, or by the id at a provider',
    body: z.strictObject({
      email: z.string().max(320).optional(),
      externalId: z.string().min(1).max(1_000).optional().meta({
        description:
          'The id at the provider; without a provider the one that providers with linkBy: externalId share.',
      }),
      provider: z.string().optional().meta({ description: 'Any, or only this one.' }),
      displayName: z.string().max(200).optional(),
      groups: z.array(z.string().trim().min(1).max(200)).max(200).default([]),
      role: z
        .string()
        .max(200)
        .optional()
        .meta({ description: 'Adds the group that gives this role by the files.' }),
      invite: z.boolean().default(false).meta({ description: 'Write to them, too.' }),
      language,
    }),
    answer: z.strictObject({ ...personSchema.shape, invitation: invitationSchema.nullable() }),
    async run({ deps, body, operator }) {
      const { email, externalId, provider, displayName, groups, role } = body;
      if (provider !== undefined && !deps.providers.has(provider))
        throw new Failure('unknown_provider', { detail: 'admin.api' });
      const read = readNewPerson(
        { email, externalId, provider, displayName, groups, role },
        deps.config.providers,
      );
      if ('wrong' in read)
        throw new Failure('bad_request', { detail: 'admin.api_input', cause: new Error(read.wrong) });
      const user = await deps.links.add(read.person, operator.actor);
      const invitation = body.invite
        ? await deps.invitations.invite(user.id, operator.actor, body.language)
        : undefined;
      return {
        ...personJson(user),
        invitation: invitation ? { result: invitation.kind, message: inviteText(invitation) } : null,
      };
    },
  }),
  operation({
    id: 'invitePerson',
    method: 'post',
    path: '/people/{id}/invite',
    tag: 'People',
    summary: 'Write to a person that they can sign in, and where; the letter lets nobody in by itself',
    body: z.strictObject({ language }),
    answer: invitationSchema,
    async run({ deps, params, body, operator }) {
      const result = await deps.invitations.invite(params['id'] ?? '', operator.actor, body.language);
      return { result: result.kind, message: inviteText(result) };
    },
  }),
];
