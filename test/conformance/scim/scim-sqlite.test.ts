import { scimConformance } from './conformance.ts';

scimConformance('SQLite', async () => ({ directoryUrl: undefined, cleanUp: async () => {} }));
