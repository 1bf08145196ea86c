import { complex, simple, type Schema } from './attribute.ts';

/** RFC 7643, section 4.2. */
export const groupSchema: Schema = {
  id: 'urn:ietf:params:scim:schemas:core:2.0:Group',
  name: 'Group',
  description: 'Group',
  attributes: [
    simple('displayName', 'Name of the group; unique per provider.', 'string', {
      required: true,
      uniqueness: 'server',
    }),
    complex(
      'members',
      'Who is in the group.',
      [
        simple('value', 'Id of the member.', 'string', { caseExact: true, mutability: 'immutable' }),
        simple('$ref', 'URL of the member.', 'reference', {
          caseExact: true,
          mutability: 'immutable',
          referenceTypes: ['User'],
        }),
        simple('type', 'What the member is.', 'string', {
          mutability: 'immutable',
          canonicalValues: ['User'],
        }),
        simple('display', 'A label that the client gave the member.', 'string', { mutability: 'immutable' }),
      ],
      { multiValued: true },
    ),
  ],
};
