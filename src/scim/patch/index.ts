export { applyPatch } from './apply.ts';
export { patchUrn, readOperations, type Operation } from './operation.ts';
