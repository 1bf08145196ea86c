/** One metric as it is registered and as docs/metrics.md describes it. */
export interface MetricDescription {
  readonly name: `doorward_${string}`;
  readonly type: 'counter' | 'gauge' | 'histogram';
  readonly help: string;
  /** Each label with its values: closed sets and configured names, nothing that a client chooses. */
  readonly labels: Readonly<Record<string, string>>;
}

const provider = 'id of the provider';

/** Every metric of the gateway's own. Names and labels are kept: dashboards and alerts of other people use them. */
export const metricList = {
  verify: {
    name: 'doorward_verify_total',
    type: 'counter',
    help: 'Requests judged by the gate, by outcome.',
    labels: { outcome: '`admitted`, `anonymous`, `signed_out`, `step_up`, `refused`, `unavailable`' },
  },
  verifySeconds: {
    name: 'doorward_verify_duration_seconds',
    type: 'histogram',
    help: 'Time from the question of a proxy at a verify endpoint to its answer.',
    labels: { outcome: 'as of `doorward_verify_total`' },
  },
  asked: {
    name: 'doorward_verify_asked_total',
    type: 'counter',
    help: 'Requests for which the gate had to ask a store.',
    labels: {},
  },
  cache: {
    name: 'doorward_cache_lookups_total',
    type: 'counter',
    help: 'Sessions and tokens looked up in the memory of the gate, by whether memory could answer.',
    labels: { result: '`hit`, `miss` (a store was asked)' },
  },
  logins: {
    name: 'doorward_logins_total',
    type: 'counter',
    help: 'Logins by provider, outcome and reason.',
    labels: {
      provider,
      outcome: '`admitted`, `refused`, `failed`',
      reason: 'the reason of a refusal or the code of a failure; empty for the admitted',
    },
  },
  jit: {
    name: 'doorward_jit_changes_total',
    type: 'counter',
    help: 'What logins and re-checks changed in the directory.',
    labels: {
      provider,
      change: '`user_created`, `group_created`, `membership_added`, `membership_removed`, `none`',
    },
  },
  requests: {
    name: 'doorward_http_request_duration_seconds',
    type: 'histogram',
    help: "Requests to the gateway's own pages, its APIs and the built-in proxy, until the answer was sent.",
    labels: {
      route: 'pattern of the path, such as `/callback/:provider`, `/scim`, `/admin`, `proxy`',
      status: '`2xx`, `3xx`, `4xx`, `5xx`, `aborted`',
    },
  },
  scim: {
    name: 'doorward_scim_request_duration_seconds',
    type: 'histogram',
    help: 'SCIM requests by operation and status.',
    labels: {
      provider: `${provider}; empty where no token was accepted`,
      operation: 'such as `PATCH /Users`',
      status: 'HTTP status',
    },
  },
  store: {
    name: 'doorward_store_duration_seconds',
    type: 'histogram',
    help: 'Time that a store took for one operation.',
    labels: { store: '`directory`, `sessions`', operation: 'its name, such as `commitLogin`' },
  },
  storeErrors: {
    name: 'doorward_store_errors_total',
    type: 'counter',
    help: 'Operations of a store that failed.',
    labels: { store: '`directory`, `sessions`', operation: 'its name' },
  },
  dependency: {
    name: 'doorward_dependency_up',
    type: 'gauge',
    help: '1 when the dependency answered within two seconds, as of this scrape.',
    labels: { dependency: 'as in `/readyz`: `directory`, `sessions`' },
  },
  idp: {
    name: 'doorward_idp_request_duration_seconds',
    type: 'histogram',
    help: 'Requests to identity providers: discovery, keys, tokens, groups, metadata, event streams.',
    labels: {
      host: 'host of the address; `other` after the first hundred',
      outcome: '`2xx` … `5xx`, `failed` (no answer)',
    },
  },
  providerUp: {
    name: 'doorward_provider_up',
    type: 'gauge',
    help: 'Whether the last attempt to reach the identity provider succeeded; absent before the first.',
    labels: { provider },
  },
  credentials: {
    name: 'doorward_credential_days_left',
    type: 'gauge',
    help: 'Days until a certificate or a secret with a known date ends; below 0 it has ended. No provider: of the gateway itself.',
    labels: { provider, credential: 'which one' },
  },
  scimTokens: {
    name: 'doorward_scim_token_expiry_timestamp_seconds',
    type: 'gauge',
    help: 'When a credential of a SCIM client ends, in seconds since 1970; those that never end, and the revoked, are left out.',
    labels: { provider, token: 'its id' },
  },
  sessions: {
    name: 'doorward_sessions',
    type: 'gauge',
    help: 'Live sessions of all processes, as counted every five minutes; absent before the first count.',
    labels: {},
  },
  ended: {
    name: 'doorward_sessions_ended_total',
    type: 'counter',
    help: 'Sessions ended by this process, by cause.',
    labels: {
      cause:
        '`logout`, `replaced`, `disabled`, `deactivated`, `erased`, `revoked`, `idp_logout`, `idp_event`, `refresh_rejected`, `idp_unreachable`, `expired`',
    },
  },
  signals: {
    name: 'doorward_signals_total',
    type: 'counter',
    help: 'Security events of identity providers that were verified, by what came of them.',
    labels: {
      provider,
      event: 'short name, such as `session-revoked`; `unknown` for one that is not known here',
      effect: 'as in the audit trail: `end`, `switch_off`, `ask`, `nobody` …',
    },
  },
  rechecks: {
    name: 'doorward_rechecks_total',
    type: 'counter',
    help: 'Sign-ins that were re-checked with their refresh token.',
    labels: { provider, outcome: '`confirmed`, `ended`, `unreachable`' },
  },
  config: {
    name: 'doorward_config_info',
    type: 'gauge',
    help: 'Version of the configuration in force.',
    labels: { version: 'as processes compare it: two with the same rules show the same' },
  },
  reloads: {
    name: 'doorward_config_reloads_total',
    type: 'counter',
    help: 'Configurations taken over, refused and held while running.',
    labels: { outcome: '`loaded`, `rejected`, `held`' },
  },
  lastReload: {
    name: 'doorward_config_last_reload_successful',
    type: 'gauge',
    help: '1 when the files on disk are in force, 0 when their last change was refused or is held.',
    labels: {},
  },
  versions: {
    name: 'doorward_config_versions',
    type: 'gauge',
    help: 'Versions of the configuration in force among all gateways on this directory; 1 when they agree.',
    labels: {},
  },
  held: {
    name: 'doorward_config_held',
    type: 'gauge',
    help: '1 while files on disk that take much away wait for an administrator to accept them.',
    labels: {},
  },
} as const satisfies Readonly<Record<string, MetricDescription>>;
