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
    metrics.scimTokens(async () => {
      if (isAway) throw new Error('away');
      return [
        { ...base, id: 'ends', expiresAt: 1_800_000_000_500 },
        { ...base, id: 'never', expiresAt: undefined },
        { ...base, id: 'revoked', expiresAt: 1_800_000_000_000, revokedAt: 5 },
      ];
    });
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
