import { complex, plural, simple, type Schema } from './attribute.ts';

const ref = (name: string, description: string, types: readonly string[]) =>
  simple(name, description, 'reference', { caseExact: true, referenceTypes: types });

/** RFC 7643, section 4.1. */
export const userSchema: Schema = {
  id: 'urn:ietf:params:scim:schemas:core:2.0:User',
  name: 'User',
  description: 'User Account',
  attributes: [
    simple('userName', 'The name the provider calls the user by; unique per provider.', 'string', {
      required: true,
      uniqueness: 'server',
    }),
    complex('name', "The parts of the user's name.", [
      simple('formatted', 'The full name, for display.'),
      simple('familyName', 'Family name.'),
      simple('givenName', 'Given name.'),
      simple('middleName', 'Middle names.'),
      simple('honorificPrefix', 'Title, such as Dr.'),
      simple('honorificSuffix', 'Suffix, such as III.'),
    ]),
    simple('displayName', 'The name shown to people.'),
    simple('nickName', 'The casual name.'),
    ref('profileUrl', "The user's page.", ['external']),
    simple('title', 'Job title.'),
    simple('userType', 'Relation to the organization, such as Employee.'),
    simple('preferredLanguage', 'As in Accept-Language.'),
    simple('locale', 'For numbers and dates, such as de-CH.'),
    simple('timezone', 'IANA time zone.'),
    simple('active', 'Whether the user may sign in.', 'boolean'),
    simple('password', 'Accepted and thrown away: Doorward has no passwords.', 'string', {
      caseExact: true,
      mutability: 'writeOnly',
      returned: 'never',
    }),
    plural('emails', 'Email addresses.', ['work', 'home', 'other']),
    plural('phoneNumbers', 'Phone numbers.', ['work', 'home', 'mobile', 'fax', 'pager', 'other']),
    plural('ims', 'Instant messaging addresses.', [
      'aim',
      'gtalk',
      'icq',
      'xmpp',
      'msn',
      'skype',
      'qq',
      'yahoo',
    ]),
    plural('photos', 'Pictures.', ['photo', 'thumbnail'], ref('value', 'URL of the picture.', ['external'])),
    complex(
      'addresses',
      'Postal addresses.',
      [
        simple('formatted', 'The whole address.'),
        simple('streetAddress', 'Street and number.'),
        simple('locality', 'City.'),
        simple('region', 'State or region.'),
        simple('postalCode', 'Postal code.'),
        simple('country', 'ISO 3166-1 alpha-2.'),
        simple('type', 'What the address is for.', 'string', { canonicalValues: ['work', 'home', 'other'] }),
        simple('primary', 'The preferred one; true at most once.', 'boolean'),
      ],
      { multiValued: true },
    ),
    complex(
      'groups',
      'Groups the user is in; changed through the groups.',
      [
        simple('value', 'Id of the group.', 'string', { caseExact: true, mutability: 'readOnly' }),
        simple('$ref', 'URL of the group.', 'reference', {
          caseExact: true,
          mutability: 'readOnly',
          referenceTypes: ['Group'],
        }),
        simple('display', 'Name of the group.', 'string', { mutability: 'readOnly' }),
        simple('type', 'How the user is in it.', 'string', {
          mutability: 'readOnly',
          canonicalValues: ['direct'],
        }),
      ],
      { multiValued: true, mutability: 'readOnly' },
    ),
    plural('entitlements', 'Entitlements.'),
    plural('roles', 'Roles.'),
    plural(
      'x509Certificates',
      'Certificates.',
      [],
      simple('value', 'DER, base64.', 'binary', { caseExact: true }),
    ),
  ],
};

/** RFC 7643, section 4.3. */
export const enterpriseUserSchema: Schema = {
  id: 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User',
  name: 'EnterpriseUser',
  description: 'Enterprise User',
  attributes: [
    simple('employeeNumber', 'Number or code of the employee.'),
    simple('costCenter', 'Cost centre.'),
    simple('organization', 'Organization.'),
    simple('division', 'Division.'),
    simple('department', 'Department.'),
    complex('manager', "The user's manager.", [
      simple('value', 'Id of the manager.', 'string', { caseExact: true }),
      ref('$ref', 'URL of the manager.', ['User']),
      simple('displayName', 'Name of the manager.', 'string', { mutability: 'readOnly' }),
    ]),
  ],
};
