import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, it } from '@jest/globals';

interface Locked {
  readonly version?: string;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
}

const lock = JSON.parse(
  readFileSync(fileURLToPath(new URL('../../../package-lock.json', import.meta.url)), 'utf8'),
) as { packages: Readonly<Record<string, Locked>> };

it('the lock file is whole: npm ci refuses one that lacks the packages for other platforms', () => {
  const missing = Object.entries(lock.packages).flatMap(([path, locked]) =>
    Object.entries(locked.optionalDependencies ?? {})
      .filter(([, version]) => /^\d+\.\d+\.\d+/.test(version))
      .filter(([name]) => {
        const found = lock.packages[`${path}/node_modules/${name}`] ?? lock.packages[`node_modules/${name}`];
        return found?.version === undefined;
      })
      .map(([name, version]) => `${name}@${version} of ${path}`),
  );
  expect(missing).toEqual([]);
});
