import { userInfo } from 'node:os';

/** The person at this machine, for the audit log. */
export function commandActor(): { kind: 'command'; name: string } {
  return { kind: 'command', name: userInfo().username };
}
