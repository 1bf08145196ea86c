import { complex, simple, type Attribute } from './attribute.ts';

/** Attributes of every resource, named in no schema (RFC 7643, section 3.1). */
export const commonAttributes: readonly Attribute[] = [
  simple('schemas', 'URNs of the schemas in use.', 'reference', {
    multiValued: true,
    caseExact: true,
    required: true,
    returned: 'always',
    referenceTypes: ['uri'],
  }),
  simple('id', 'Given by Doorward.', 'string', {
    caseExact: true,
    mutability: 'readOnly',
    returned: 'always',
    uniqueness: 'server',
  }),
  simple('externalId', "The client's own id.", 'string', { caseExact: true }),
  complex(
    'meta',
    'Facts about the resource.',
    [
      simple('resourceType', 'User or Group.', 'string', { caseExact: true, mutability: 'readOnly' }),
      simple('created', 'When it was made.', 'dateTime', { mutability: 'readOnly' }),
      simple('lastModified', 'When it last changed.', 'dateTime', { mutability: 'readOnly' }),
      simple('location', 'Its URL.', 'reference', {
        caseExact: true,
        mutability: 'readOnly',
        referenceTypes: ['uri'],
      }),
      simple('version', 'Its ETag.', 'string', { caseExact: true, mutability: 'readOnly' }),
    ],
    { mutability: 'readOnly' },
  ),
];
