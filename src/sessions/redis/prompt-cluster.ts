import { Cluster } from 'ioredis';

type Command = Parameters<Cluster['sendCommand']>[0];

/**
 * A cluster that is not there refuses commands at once, instead of keeping them for later: they would pile up, and be
 * carried out when nobody waits for them any more. (With `enableOfflineQueue: false` ioredis would also refuse those
 * that come while a connection to one node is being made, which happens all the time.)
 */
export class PromptCluster extends Cluster {
  override sendCommand(command: Command, ...rest: unknown[]): unknown {
    if (this.status === 'ready' || this.status === 'connect')
      return super.sendCommand(command, ...(rest as [never, never]));
    command.reject(new Error('the cluster cannot be reached'));
    return command.promise;
  }
}
