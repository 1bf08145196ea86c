import { randomBytes } from 'node:crypto';
import type { Person } from './people.ts';

/** Who is signed in and ended on the page "Endings, live": nobody that a person of the demo signs in as. */
export const standIn: Person = {
  userName: 'stand-in',
  password: randomBytes(18).toString('base64url'),
  subject: '5d1f5f0e-6a0e-4d0e-9a51-0c4b8b3f1aff',
  givenName: 'Sam',
  familyName: 'Standing-In',
  email: 'sam.standing-in@acme.example',
  emailVerified: true,
  groups: ['Data Engineering'],
  disabledAtIdp: false,
  disabledHere: false,
  story: 'is ended again and again on the page "Endings, live"',
};
