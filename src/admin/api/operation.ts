import type { Request } from 'express';
import type { z } from 'zod';
import type { AdminDeps, Operator } from '../types.ts';

/** What an operation is given when it runs. */
export interface Call<Query, Body> {
  readonly deps: AdminDeps;
  readonly operator: Operator;
  readonly params: Readonly<Record<string, string>>;
  readonly query: Query;
  readonly body: Body;
  readonly req: Request;
}

/** One operation of the API: the router serves it and the OpenAPI document tells of it, from the same words. */
export interface Operation {
  readonly id: string;
  readonly method: 'get' | 'post' | 'put' | 'delete';
  /** Below `/admin/api`, with `{names}`. */
  readonly path: string;
  readonly summary: string;
  readonly tag: string;
  readonly query: z.ZodObject | undefined;
  readonly body: z.ZodObject | undefined;
  readonly answer: z.ZodType;
  /** Does it change something? Then it needs the token and a recent sign-in. */
  readonly change: boolean;
  run(call: Call<never, never>): Promise<unknown>;
}

/** Declares an operation; what runs is typed by its schemas. */
export function operation<Query extends z.ZodObject, Body extends z.ZodObject, Answer extends z.ZodType>(
  about: Pick<Operation, 'id' | 'method' | 'path' | 'summary' | 'tag'> & {
    readonly query?: Query;
    readonly body?: Body;
    readonly answer: Answer;
    readonly run: (call: Call<z.output<Query>, z.output<Body>>) => Promise<z.input<Answer>>;
  },
): Operation {
  const { query, body, run, ...rest } = about;
  return {
    ...rest,
    query,
    body,
    change: about.method !== 'get',
    run: (call) => run(call as unknown as Call<z.output<Query>, z.output<Body>>),
  };
}
