/**
 * The people of the demo. Every one of them has an account at both identity providers, under the same name and password,
 * so that the same story can be seen over OpenID Connect and over SAML.
 */
export interface Person {
  /** What is typed at the identity provider. */
  readonly userName: string;
  readonly password: string;
  /** Stable subject: OIDC `sub` and the SAML NameID. */
  readonly subject: string;
  readonly givenName: string;
  readonly familyName: string;
  readonly email: string;
  /** Whether the identity provider vouches for the address. */
  readonly emailVerified: boolean;
  /** Undefined: the identity provider sends no groups claim at all, which is not the same as no groups. */
  readonly groups: readonly string[] | undefined;
  /** Switched off at the identity provider. */
  readonly disabledAtIdp: boolean;
  /** Signed in once before, and then switched off in Doorward. */
  readonly disabledHere: boolean;
  /** What trying this person shows. */
  readonly story: string;
}

const password = 'doorward';

const usual = { password, emailVerified: true, disabledAtIdp: false, disabledHere: false } as const;

export const people: readonly Person[] = [
  {
    ...usual,
    userName: 'ana',
    subject: '5d1f5f0e-6a0e-4d0e-9a51-0c4b8b3f1a01',
    givenName: 'Ana',
    familyName: 'Silva',
    email: 'ana.silva@acme.example',
    groups: ['Data Engineering', 'Stewards'],
    story: 'comes in with two groups; Stewards makes her an admin',
  },
  {
    ...usual,
    userName: 'ben',
    subject: '5d1f5f0e-6a0e-4d0e-9a51-0c4b8b3f1a02',
    givenName: 'Ben',
    familyName: 'Okafor',
    email: 'ben.okafor@acme.example',
    groups: ['Analysts', 'Finance'],
    story: 'comes in with other groups, as a guest',
  },
  {
    ...usual,
    userName: 'chloe',
    subject: '5d1f5f0e-6a0e-4d0e-9a51-0c4b8b3f1a03',
    givenName: 'Chloé',
    familyName: 'Martin',
    email: 'chloe.martin@acme.example',
    groups: undefined,
    story: 'no groups claim: Microsoft keeps what she has, Okta refuses',
  },
  {
    ...usual,
    userName: 'dan',
    subject: '5d1f5f0e-6a0e-4d0e-9a51-0c4b8b3f1a04',
    givenName: 'Dan',
    familyName: 'Novák',
    email: 'dan.novak@acme.example',
    groups: ['Analysts'],
    disabledAtIdp: true,
    story: 'refused: switched off at the identity provider',
  },
  {
    ...usual,
    userName: 'eva',
    subject: '5d1f5f0e-6a0e-4d0e-9a51-0c4b8b3f1a05',
    givenName: 'Eva',
    familyName: 'Lindqvist',
    email: 'eva.lindqvist@acme.example',
    groups: ['Data Engineering'],
    disabledHere: true,
    story: 'refused: switched off here by an administrator',
  },
  {
    ...usual,
    userName: 'lukasz',
    subject: '5d1f5f0e-6a0e-4d0e-9a51-0c4b8b3f1a06',
    givenName: 'Łukasz',
    familyName: 'Müller',
    email: 'lukasz.mueller@acme.example',
    groups: ['Data Engineering', 'a,b'],
    story: 'a name beyond ASCII, and a group with a comma in it',
  },
  {
    ...usual,
    userName: 'gita',
    subject: '5d1f5f0e-6a0e-4d0e-9a51-0c4b8b3f1a07',
    givenName: 'Gita',
    familyName: 'Rao',
    email: 'gita.rao@partner.example',
    groups: ['Visitors'],
    story: 'refused: another domain at Microsoft, no required group at Okta',
  },
  {
    ...usual,
    userName: 'hugo',
    subject: '5d1f5f0e-6a0e-4d0e-9a51-0c4b8b3f1a08',
    givenName: 'Hugo',
    familyName: 'Weber',
    email: 'hugo.weber@acme.example',
    emailVerified: false,
    groups: ['Analysts'],
    story: 'refused at Microsoft: nobody vouches for his address',
  },
];

export function displayName(person: Person): string {
  return `${person.givenName} ${person.familyName}`;
}

/** The person of this user name and password, or undefined. Compared plainly: nothing here is worth a timing attack. */
export function signIn(
  userName: string,
  password: string,
  among: readonly Person[] = people,
): Person | undefined {
  const name = userName.trim().toLowerCase();
  return among.find(
    (person) => (person.userName === name || person.email === name) && person.password === password,
  );
}
