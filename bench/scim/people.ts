/** The people and groups that the benchmark works on; the same in every database. */
export const provider = 'bench';

export const userId = (index: number) => `01900000-0000-7000-8000-${index.toString(16).padStart(12, '0')}`;
export const personId = (index: number) => `01900000-0000-7000-9000-${index.toString(16).padStart(12, '0')}`;
export const groupId = (index: number) => `01900000-0000-7000-a000-${index.toString(16).padStart(12, '0')}`;
export const userName = (index: number) => `user${String(index).padStart(6, '0')}@acme.example`;

/** What a client sends for a user, of usual size. */
export const userOf = (name: string) => ({
  schemas: [
    'urn:ietf:params:scim:schemas:core:2.0:User',
    'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User',
  ],
  userName: name,
  externalId: `ext-${name}`,
  active: true,
  displayName: `Person ${name}`,
  name: { givenName: 'Person', familyName: name, formatted: `Person ${name}` },
  emails: [{ value: name, type: 'work', primary: true }],
  phoneNumbers: [{ value: '+41 44 000 00 00', type: 'work' }],
  title: 'Data engineer',
  preferredLanguage: 'en-US',
  'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User': {
    employeeNumber: '4711',
    department: 'Data',
  },
});

/** The resource as it is stored. */
export function storedUser(name: string): string {
  const { schemas: _schemas, ...resource } = userOf(name);
  return JSON.stringify(resource);
}

/** Members of the two groups that are compared. */
export const smallGroup = 10;
export const largeGroup = (users: number) => Math.floor(users / 2);
