import shared from '../../../jest.config.js';

/** `npm run interop:snippets`: the programs of docs/assertion.md, with the libraries that they name, fetched for the run. */
export default {
  ...shared,
  rootDir: '../../..',
  testMatch: ['<rootDir>/test/interop/snippets/*.interop.ts'],
  testTimeout: 300_000,
  maxWorkers: 1,
};
