/** An attribute definition, as `/Schemas` shows it (RFC 7643, section 7). */
export interface Attribute {
  readonly name: string;
  readonly type:
    | 'string'
    | 'boolean'
    | 'decimal'
    | 'integer'
    | 'dateTime'
    | 'reference'
    | 'binary'
    | 'complex';
  readonly multiValued: boolean;
  readonly description: string;
  readonly required: boolean;
  readonly caseExact: boolean;
  readonly mutability: 'readOnly' | 'readWrite' | 'immutable' | 'writeOnly';
  readonly returned: 'always' | 'never' | 'default' | 'request';
  readonly uniqueness: 'none' | 'server' | 'global';
  readonly canonicalValues?: readonly string[];
  readonly referenceTypes?: readonly string[];
  readonly subAttributes?: readonly Attribute[];
}

/** A schema: a URN and its attributes. */
export interface Schema {
  readonly id: string;
  readonly name: string;
  readonly description: string;
  readonly attributes: readonly Attribute[];
}

/** A resource type: a core schema and its extensions (RFC 7643, section 6). */
export interface ResourceType {
  readonly name: 'User' | 'Group';
  readonly endpoint: '/Users' | '/Groups';
  readonly description: string;
  readonly schema: Schema;
  readonly extensions: readonly Schema[];
}

type Options = Partial<Omit<Attribute, 'name' | 'description' | 'type'>>;

const defaults = {
  multiValued: false,
  required: false,
  caseExact: false,
  mutability: 'readWrite',
  returned: 'default',
  uniqueness: 'none',
} as const;

/** A simple attribute; what is not said is the RFC's default (RFC 7643, section 2.2). */
export function simple(
  name: string,
  description: string,
  type: Exclude<Attribute['type'], 'complex'> = 'string',
  options: Options = {},
): Attribute {
  return { name, type, description, ...defaults, ...options };
}

export function complex(
  name: string,
  description: string,
  subAttributes: readonly Attribute[],
  options: Options = {},
): Attribute {
  return { name, type: 'complex', description, ...defaults, ...options, subAttributes };
}

/** A multi-valued attribute with the sub-attributes of RFC 7643, section 2.4. */
export function plural(
  name: string,
  description: string,
  types: readonly string[] = [],
  value: Attribute = simple('value', 'The value.'),
): Attribute {
  return complex(
    name,
    description,
    [
      value,
      simple('display', 'A label for people.'),
      simple('type', 'What the value is for.', 'string', types.length > 0 ? { canonicalValues: types } : {}),
      simple('primary', 'The preferred one; true at most once.', 'boolean'),
    ],
    { multiValued: true },
  );
}
