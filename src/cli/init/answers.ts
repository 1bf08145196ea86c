import type { Terminal } from '../command.ts';

/** Where answers come from: flags first, then the person, then what is usual. */
export interface Answers {
  /** The answer to one question; `wrong` says what is the matter with it, or nothing. */
  get(
    flag: string,
    question: string,
    rule?: { readonly usual?: string; readonly wrong?: (value: string) => string | undefined },
  ): Promise<string>;
}

/** A flag that is missing or wrong while nobody can be asked. */
export class Unanswered extends Error {}

/** `ask`: asks the person; undefined when nobody is there, or nobody wants to be asked (`--yes`). */
export function createAnswers(
  flags: Readonly<Record<string, string | boolean | undefined>>,
  terminal: Terminal,
  ask: ((question: string) => Promise<string>) | undefined,
): Answers {
  return {
    async get(flag, question, { usual, wrong = () => undefined } = {}) {
      const given = flags[flag];
      if (typeof given === 'string') {
        const what = given.trim() === '' ? 'is empty' : wrong(given.trim());
        if (what !== undefined) throw new Unanswered(`--${flag}: ${what}`);
        return given.trim();
      }
      if (ask === undefined) {
        if (usual !== undefined) return usual;
        throw new Unanswered(`--${flag} is needed: ${question}`);
      }
      for (;;) {
        const typed = (await ask(`${question}${usual === undefined ? '' : ` [${usual}]`}: `)).trim();
        const answer = typed === '' ? (usual ?? '') : typed;
        const what = answer === '' ? 'an answer is needed' : wrong(answer);
        if (what === undefined) return answer;
        terminal.err(`  ${what}\n`);
      }
    },
  };
}
