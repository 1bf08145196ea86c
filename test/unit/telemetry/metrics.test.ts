import { describe, expect, it } from '@jest/globals';
import { createMetrics } from '../../../src/telemetry/index.ts';

describe('the metrics', () => {
  it('count logins by provider, outcome and reason', async () => {
    const metrics = createMetrics({ process: false });
    metrics.login('okta', 'admitted');
    metrics.login('okta', 'refused', 'disabled_locally');
    metrics.login('okta', 'refused', 'disabled_locally');
    const text = await metrics.text();
    expect(text).toContain('doorward_logins_total{provider="okta",outcome="admitted",reason=""} 1\n');
    expect(text).toContain(
      'doorward_logins_total{provider="okta",outcome="refused",reason="disabled_locally"} 2\n',
    );
  });

  it('read the plain numbers of the gate when they are asked for, each time anew', async () => {
    const verify = { admitted: 0, signed_out: 0, refused: 0, unavailable: 0, asked: 0 };
    const metrics = createMetrics({ verify, process: false });
    verify.admitted += 5;
    verify.asked += 2;
    expect(await metrics.text()).toContain('doorward_verify_total{outcome="admitted"} 5\n');
    verify.admitted += 1;
    const text = await metrics.text();
    expect(text).toContain('doorward_verify_total{outcome="admitted"} 6\n');
    expect(text).toContain('doorward_verify_total{outcome="unavailable"} 0\n');
    expect(text).toContain('doorward_verify_asked_total 2\n');
  });

  it('count sessions that ended, by cause', async () => {
    const metrics = createMetrics({ process: false });
    metrics.sessionEnded('logout');
    metrics.sessionEnded('disabled', 3);
    const text = await metrics.text();
    expect(text).toContain('doorward_sessions_ended_total{cause="logout"} 1\n');
    expect(text).toContain('doorward_sessions_ended_total{cause="disabled"} 3\n');
  });

  it('say when the credentials of SCIM clients end, as long as the store tells', async () => {
    const metrics = createMetrics({ process: false });
    const base = { provider: 'okta', revokedAt: undefined };
    let isAway = false;
    const scimTokens = async () => {
      if (isAway) throw new Error('away');
      return [
        { ...base, id: 'ends', expiresAt: 1_800_000_000_500 },
        { ...base, id: 'never', expiresAt: undefined },
        { ...base, id: 'revoked', expiresAt: 1_800_000_000_000, revokedAt: 5 },
      ];
    };
    metrics.readFrom({ scimTokens });
    const series = async () =>
      (await metrics.text()).split('\n').filter((line) => line.startsWith('doorward_scim_token'));
    expect(await series()).toEqual([
      'doorward_scim_token_expiry_timestamp_seconds{provider="okta",token="ends"} 1800000000',
    ]);
    isAway = true;
    expect(await series()).toEqual([]);
  });

  it('name the one version of the configuration that is in force', async () => {
    const metrics = createMetrics({ version: 'aaa', process: false });
    expect(await metrics.text()).toContain('doorward_config_info{version="aaa"} 1\n');
    metrics.configLoaded('bbb');
    const text = await metrics.text();
    expect(text).toContain('doorward_config_info{version="bbb"} 1\n');
    expect(text).not.toContain('aaa');
  });

  it('of two gateways in one process are apart, those of the process included', async () => {
    const [one, other] = [createMetrics(), createMetrics()];
    one.login('okta', 'admitted');
    expect(await other.text()).not.toContain('okta');
    expect(await other.text()).toContain('process_cpu_seconds_total');
    expect(other.contentType).toContain('text/plain');
  });
});

describe('the time of verify answers', () => {
  it('is counted into buckets that hold whatever took less, and summed in seconds', async () => {
    const metrics = createMetrics({ process: false });
    for (const milliseconds of [0.04, 0.2, 3, 9_000]) metrics.noteVerify('admitted', milliseconds);
    metrics.noteVerify('of nobody', 1);
    const text = await metrics.text();
    const name = 'doorward_verify_duration_seconds';
    expect(text).toContain(`${name}_bucket{le="0.00005",outcome="admitted"} 1\n`);
    expect(text).toContain(`${name}_bucket{le="0.00025",outcome="admitted"} 2\n`);
    expect(text).toContain(`${name}_bucket{le="0.0025",outcome="admitted"} 2\n`);
    expect(text).toContain(`${name}_bucket{le="2.5",outcome="admitted"} 3\n`);
    expect(text).toContain(`${name}_bucket{le="+Inf",outcome="admitted"} 4\n`);
    expect(text).toContain(`${name}_count{outcome="admitted"} 4\n`);
    expect(text).toMatch(new RegExp(`${name}_sum\\{outcome="admitted"\\} 9\\.0032`));
    expect(text).not.toContain('of nobody');
  });
});

describe('what is read with each scrape', () => {
  it('is what is true then: dependencies, providers and certificates that went are not told of any more', async () => {
    const day = 86_400_000;
    const metrics = createMetrics({ process: false, now: () => 10 * day });
    metrics.readFrom({
      dependencies: async () => new Map([['sessions', false]]),
      providersUp: () => new Map([['okta', true]]),
      endings: () => [{ provider: 'adfs', credential: 'certificate 1', endsAt: 8.5 * day }],
    });
    const text = await metrics.text();
    expect(text).toContain('doorward_dependency_up{dependency="sessions"} 0\n');
    expect(text).toContain('doorward_provider_up{provider="okta"} 1\n');
    expect(text).toContain(
      'doorward_credential_days_left{provider="adfs",credential="certificate 1"} -1.5\n',
    );
    expect(text).not.toMatch(/^doorward_sessions /m);
    metrics.readFrom({});
    metrics.sessionsCounted(7);
    const later = await metrics.text();
    expect(later).not.toMatch(/sessions"|okta|adfs/);
    expect(later).toContain('doorward_sessions 7\n');
  });

  it('names hosts of identity providers, but not without end', async () => {
    const metrics = createMetrics({ process: false });
    for (let index = 0; index < 150; index += 1) metrics.idpAsked(`host-${index}.example`, 200, 5);
    metrics.idpAsked('host-3.example', undefined, 5);
    const hosts = new Set([...(await metrics.text()).matchAll(/host="([^"]+)"/g)].map(([, host]) => host));
    expect(hosts.size).toBe(101);
    expect(hosts).toContain('other');
    expect(await metrics.text()).toMatch(/_count\{host="host-3.example",outcome="failed"\} 1\n/);
  });
});
