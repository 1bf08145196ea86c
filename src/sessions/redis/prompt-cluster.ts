import { Cluster } from 'ioredis';

type Command = Parameters<Cluster['sendCommand']>[0];
type Given = ConstructorParameters<typeof Cluster<'legacy'>>;

/** After a node was lost: how often the others are asked who took its place, and how many times. */
const hurry = { interval: 200, times: 40 };

/**
 * A cluster that is not there refuses commands at once, instead of keeping them for later: they would pile up, and be
 * carried out when nobody waits for them any more. (With `enableOfflineQueue: false` ioredis would also refuse those
 * that come while a connection to one node is being made, which happens all the time.) And when a node is lost, it looks
 * for who took its place at once and not at the next round.
 */
export class PromptCluster extends Cluster {
  #looking: NodeJS.Timeout | undefined;

  constructor(...given: Given) {
    super(...given);
    this.on('-node', () => this.#look());
  }

  override sendCommand(command: Command, ...rest: unknown[]): unknown {
    if (this.status === 'ready' || this.status === 'connect')
      return super.sendCommand(command, ...(rest as [never, never]));
    command.reject(new Error('the cluster cannot be reached'));
    return command.promise;
  }

  override disconnect(reconnect?: boolean): void {
    clearInterval(this.#looking);
    super.disconnect(reconnect);
  }

  #look(): void {
    let left = hurry.times;
    clearInterval(this.#looking);
    this.#looking = setInterval(() => {
      left -= 1;
      if (left === 0) clearInterval(this.#looking);
      else if (this.status === 'ready') this.refreshSlotsCache();
    }, hurry.interval);
    this.#looking.unref();
  }
}
