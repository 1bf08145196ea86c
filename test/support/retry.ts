import { jest } from '@jest/globals';

// Tests with real servers share two cores: what failed is tried once more, and the first failure is printed all the same.
jest.retryTimes(2, { logErrorsBeforeRetry: true });
