import shared from '../../../jest.config.js';

/** `npm run interop:proxies`: each proxy as a real process, and the table of what was run. */
export default {
  ...shared,
  rootDir: '../../..',
  testMatch: ['<rootDir>/test/interop/proxies/*.interop.ts'],
  reporters: ['default', '<rootDir>/test/interop/proxies/reporter.js'],
  testTimeout: 60_000,
  maxWorkers: 1,
};
