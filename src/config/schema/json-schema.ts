import { z } from 'zod';
import { gatewayFile } from './gateway-file.ts';
import { oidcFile } from './oidc-file.ts';
import { samlFile } from './saml-file.ts';

/** The part of a JSON Schema that this room reads itself. */
export interface JsonSchema {
  readonly [keyword: string]: unknown;
  readonly description?: string;
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly additionalProperties?: boolean | JsonSchema;
  readonly items?: JsonSchema;
  readonly anyOf?: readonly JsonSchema[];
  readonly minimum?: number;
  readonly maximum?: number;
}

/** The JSON Schema (draft 7, which editors know best) of what a file may hold before it is read. */
export function asJsonSchema(schema: z.ZodType): JsonSchema {
  return z.toJSONSchema(schema, { io: 'input', target: 'draft-7' }) as JsonSchema;
}

/** The JSON Schemas of `gateway.yaml` and of a provider's file, by which editors complete and check. */
export function jsonSchema(): { readonly gateway: JsonSchema; readonly provider: JsonSchema } {
  const { $schema, ...oidc } = asJsonSchema(oidcFile);
  const { $schema: _, ...saml } = asJsonSchema(samlFile);
  const speaksSaml = (key: string) => ({ properties: { [key]: { const: 'saml' } }, required: [key] });
  return {
    gateway: asJsonSchema(gatewayFile),
    provider: {
      $schema,
      title: 'Doorward: providers/NAME.yaml',
      description: 'An identity provider; the name of the file is its id.',
      type: 'object',
      if: { anyOf: [speaksSaml('protocol'), speaksSaml('preset')] },
      // oxlint-disable-next-line unicorn/no-thenable -- a keyword of JSON Schema
      then: saml,
      else: oidc,
    },
  };
}
