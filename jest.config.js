/** Jest runs the sources as ES modules; swc only strips the types, as Node itself does. */
const heavy = [
  'test/hostile/gateway/',
  'test/integration/several-processes',
  'test/integration/signals/recheck',
];

export default {
  testEnvironment: 'node',
  testMatch: ['<rootDir>/test/**/*.test.ts'],
  // These measure, or load, the machine they run on: they have it to themselves, by `npm run test:heavy`.
  testPathIgnorePatterns: process.env.HEAVY ? ['/node_modules/'] : ['/node_modules/', ...heavy],
  extensionsToTreatAsEsm: ['.ts'],
  transform: {
    '\\.ts$': [
      '@swc/jest',
      {
        jsc: { parser: { syntax: 'typescript' }, target: 'es2024' },
        module: { type: 'es6' },
      },
    ],
  },
  globalSetup: '<rootDir>/test/support/global-setup.ts',
  setupFilesAfterEnv: ['<rootDir>/test/support/retry.ts'],
  testTimeout: 60_000,
  maxWorkers: 2,
};
