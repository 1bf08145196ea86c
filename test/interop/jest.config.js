import shared from '../../jest.config.js';

/** `npm run interop`: against real identity providers, one after the other, and the table of what was run. */
export default {
  ...shared,
  rootDir: '../..',
  testMatch: ['<rootDir>/test/interop/*.interop.ts'],
  reporters: ['default', '<rootDir>/test/interop/reporter.js'],
  testTimeout: 240_000,
  maxWorkers: 1,
};
