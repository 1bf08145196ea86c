export { applyPatch } from './apply.ts';
export { readMembers, splitGroupOperations, type GroupOperations } from './members.ts';
export { patchUrn, readOperations, type Operation } from './operation.ts';
