import type { TraceAttempt } from './attempt.ts';
import { identityOf, mappingOf, maskedClaims } from './login-trace.ts';
import type { WebDeps } from './types.ts';

/** Makes the trace of an attempt from all that is known when it ends. */
export function createTrace(deps: Pick<WebDeps, 'config' | 'traces' | 'now'>): TraceAttempt {
  const files = new Map(deps.config.providers.map((provider) => [provider.id, provider]));
  return (req, attempt, ending) => {
    const { outcome, why, userId, userName, changes, detail, cause, idpMessage } = ending;
    const { reference, provider, address, returnTo, seen } = attempt;
    const file = files.get(provider);
    const name = userName ?? seen?.assertion.userName;
    deps.traces.keep({
      reference,
      at: deps.now(),
      provider,
      outcome,
      ...(why !== undefined && { why }),
      ...(userId !== undefined && { userId }),
      ...(name !== undefined && { userName: name }),
      trace: {
        provider,
        address,
        userAgent: req.headers['user-agent']?.slice(0, 256),
        returnTo,
        claims: seen && maskedClaims(seen.claims),
        identity: seen && identityOf(seen.assertion),
        mapping: seen && file?.groups && mappingOf(seen.assertion, file),
        changes,
        detail,
        cause,
        idpMessage,
      },
    });
  };
}
