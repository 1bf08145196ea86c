import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import type { AuditEvent } from '../../src/audit/index.ts';
import { migrate, openDirectory } from '../../src/directory/index.ts';
import { login } from '../../src/jit/index.ts';
import { assertionOf, policyOf } from './people.ts';

/** What the other process can be asked to do. */
export type DirectoryCommand =
  | { do: 'migrate'; url: string }
  | { do: 'disable'; url: string; userId: string }
  | { do: 'addToGroup'; url: string; userId: string; group: string }
  | { do: 'logins'; url: string; logins: readonly { subject: string; groups: readonly string[] }[] };

export interface DirectoryProcess {
  /** Carries the command out in the other process and gives its answer. */
  ask(command: DirectoryCommand): Promise<unknown>;
  stop(): Promise<void>;
}

/** Starts a second process: what the command line, or another machine, is to the server. */
export async function startDirectoryProcess(): Promise<DirectoryProcess> {
  const child = spawn(process.execPath, [fileURLToPath(import.meta.url)], {
    env: { ...process.env, NODE_OPTIONS: '', DIRECTORY_PROCESS: '1' },
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const next = async (): Promise<unknown> => JSON.parse(String((await lines.next()).value));
  await next();
  return {
    ask(command) {
      child.stdin.write(`${JSON.stringify(command)}\n`);
      return next();
    },
    async stop() {
      child.stdin.end();
      if (child.exitCode === null) await new Promise((resolve) => child.once('exit', resolve));
    },
  };
}

/** All of these people sign in at once, with these groups. */
export async function logInAll(
  directory: Parameters<typeof login<AuditEvent>>[0],
  logins: readonly { subject: string; groups: readonly string[] }[],
): Promise<string[]> {
  const outcomes = await Promise.all(
    logins.map(({ subject, groups }) => {
      const assertion = assertionOf({ subject, groups: { kind: 'present', names: groups } });
      return login<AuditEvent>(directory, assertion, policyOf(), Date.now, ({ user, created }) =>
        created ? [{ type: 'user.created', at: 1, actor: { kind: 'person' }, userId: user.id }] : [],
      );
    }),
  );
  return outcomes.map((outcome) => (outcome.kind === 'admitted' ? outcome.user.id : outcome.reason));
}

async function carryOut(command: DirectoryCommand): Promise<unknown> {
  if (command.do === 'migrate') return (await migrate(command.url)).applied;
  const directory = await openDirectory<AuditEvent>(command.url, { now: Date.now });
  try {
    if (command.do === 'disable') return await directory.setDisabled(command.userId, { at: 5 });
    if (command.do === 'logins') return await logInAll(directory, command.logins);
    return await directory.addLocalMembership(command.userId, command.group, 5);
  } finally {
    await directory.close();
  }
}

async function serve(): Promise<void> {
  const answer = (value: unknown) => process.stdout.write(`${JSON.stringify(value ?? null)}\n`);
  answer('ready');
  for await (const line of createInterface({ input: process.stdin })) {
    answer(await carryOut(JSON.parse(line) as DirectoryCommand));
  }
}

if (process.env['DIRECTORY_PROCESS'] !== undefined && process.argv[1] === fileURLToPath(import.meta.url))
  await serve();
