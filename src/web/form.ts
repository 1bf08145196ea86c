import express, { type RequestHandler } from 'express';
import { Failure } from '../identity/index.ts';

/** Fields that a form of ours, or the answer of an identity provider, can have at most. */
const mostFields = 20;

/**
 * Reads a urlencoded form of at most `most` bytes into `req.body`. A compressed one is not opened: no browser sends it. One
 * that says nothing of its size and grows too large is answered as soon as it is, and its connection closed: the
 * parser alone would read on for as long as the client likes to send.
 */
export function formOf({ most }: { most: number }): RequestHandler {
  const parse = express.urlencoded({
    extended: false,
    limit: most,
    parameterLimit: mostFields,
    inflate: false,
  });
  return (req, res, next) => {
    let [length, isOver] = [0, false];
    const done = (error?: unknown): void => {
      if (isOver) return;
      isOver = true;
      req.off('data', count);
      if (error === undefined) next();
      else next(error);
    };
    const count = (chunk: Buffer): void => {
      length += chunk.length;
      if (length <= most) return;
      res.setHeader('Connection', 'close');
      done(new Failure('payload_too_large', { detail: 'web.form_size' }));
    };
    const isForm = req.is('application/x-www-form-urlencoded') !== false;
    // Where a length is given, the parser refuses by that; only a body without one has to be counted.
    if (isForm && req.headers['content-length'] === undefined) req.on('data', count);
    void parse(req, res, done);
  };
}
