import { acceptedCases } from './cases-accepted.ts';
import { documentCases } from './cases-documents.ts';
import { browserCases, requestCases } from './cases-requests.ts';
import type { Case } from './judge.ts';

/** The whole table, in the order of the list of known attacks. Those that must be let in stand among them. */
export const cases: readonly Case[] = [
  ...documentCases,
  ...requestCases,
  ...browserCases,
  ...acceptedCases,
].toSorted((a, b) => a.row - b.row);
