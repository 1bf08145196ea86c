import { z } from 'zod';
import { hostComplaint } from './addresses.ts';
import { pathPattern } from './path-pattern.ts';
import { duration, text, texts, word } from './fields.ts';

const allowed = z.strictObject({
  groups: texts('Members of any of these groups.').optional(),
  roles: texts('People of any of these roles; with groups, either suffices.').optional(),
  providers: texts('Only people who signed in with one of these providers (ids).').optional(),
});

const rule = z
  .strictObject({
    hosts: texts('Hosts the rule holds for; "*.acme.example" for all below. Default: any', {
      show: true,
      complain: (value) => hostComplaint(value.replace(/^\*\./, ''), { port: false }),
    }).optional(),
    paths: texts(
      'Paths the rule holds for: /reports and all below it, "= /reports" that one alone, * for one segment. Default: any',
      { show: true, complain: (value) => pathPattern(value).complaint },
    ).optional(),
    methods: texts('Methods the rule holds for, such as GET. Default: any', {
      show: true,
      complain: (value) =>
        /^[A-Za-z][A-Za-z-]{0,31}$/.test(value) ? undefined : 'expected a method such as GET',
    }).optional(),
    allow: z
      .union([
        word('Everybody, whoever is signed in, or nobody.', ['public', 'signed-in', 'nobody']),
        allowed,
      ])
      .meta({ description: 'Who may come in: public, signed-in, nobody, or groups, roles, providers.' }),
    recent: duration('The sign-in must not be older; whoever is older signs in again.', {
      min: '1m',
      max: '30d',
    }).optional(),
    acr: texts(
      'The sign-in must be of one of these authentication contexts (acr, AuthnContextClassRef).',
    ).optional(),
  })
  .meta({ description: 'One rule.' });

/** `policy` of gateway.yaml. */
export const policyKeys = z.array(rule).meta({
  description:
    'Who may open what. The first rule that holds decides; where none does, nobody comes in. Without a policy whoever is signed in may open everything.',
});

/** `apps` of gateway.yaml: what each application is called in the signed assertion. */
export const appsKeys = z
  .array(
    z.strictObject({
      host: text('Host of the application.', {
        show: true,
        complain: (value) => hostComplaint(value, { port: false }),
      }).optional(),
      path: text('Only paths below this one. Default: /', {
        show: true,
        complain: (value) => pathPattern(value).complaint,
      }).optional(),
      audience: text('What `aud` of its assertions says.', { show: true }),
    }),
  )
  .min(1)
  .meta({ description: 'Applications behind the gate, each with an audience of its own.' });
