/** The keywords of JSON Schema that the contract makes use of. */
export interface Schema {
  /** As `#/$defs/path`; then it is the only keyword. */
  $ref?: string;
  type?: TypeName | TypeName[];
  const?: string | boolean;
  enum?: unknown[];
  anyOf?: Schema[];
  minLength?: number;
  maxLength?: number;
  pattern?: string;
  minimum?: number;
  maximum?: number;
  minItems?: number;
  maxItems?: number;
  items?: Schema;
  properties?: Record<string, Schema>;
  required?: string[];
  /** Absent where a newer version may add fields. */
  additionalProperties?: false;
}

/** What JSON calls the types of its values. */
export type TypeName = 'array' | 'boolean' | 'integer' | 'null' | 'number' | 'object' | 'string';

/** Schemas of the messages by their wire names. */
export interface ContractSchema {
  /** What the others refer to. */
  $defs: Record<string, Schema>;
  /** Fields of the requests. */
  inputs: Record<string, Schema>;
  /** Fields of the replies, by the request's name. */
  replies: Record<string, Schema>;
  events: Record<string, Schema>;
  pending: Schema;
}
