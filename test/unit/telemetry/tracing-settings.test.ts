import { describe, expect, it } from '@jest/globals';
import { traceSettings } from '../../../src/telemetry/tracing/settings.ts';

const file = { endpoint: 'http://collector:4318/v1/traces', headers: {}, share: 0.1 };

describe('whether traces are wanted', () => {
  it('is no, where neither the file nor the environment says where they go', () => {
    expect(traceSettings(undefined, {})).toBeUndefined();
    expect(
      traceSettings(undefined, { OTEL_SERVICE_NAME: 'gate', OTEL_TRACES_SAMPLER: 'always_on' }),
    ).toBeUndefined();
    expect(traceSettings(undefined, { OTEL_EXPORTER_OTLP_ENDPOINT: ' ' })).toBeUndefined();
  });

  it('is what the file says, also where the environment names another receiver', () => {
    const env = { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://other:4318', OTEL_TRACES_SAMPLER: 'always_off' };
    expect(traceSettings(file, env)).toEqual({ ...file, followsProxy: true });
  });

  it.each([
    [{}, 1, true],
    [{ OTEL_TRACES_SAMPLER: 'always_on' }, 1, false],
    [{ OTEL_TRACES_SAMPLER: 'always_off' }, 0, false],
    [{ OTEL_TRACES_SAMPLER: 'parentbased_always_off' }, 0, true],
    [{ OTEL_TRACES_SAMPLER: 'traceidratio', OTEL_TRACES_SAMPLER_ARG: '0.25' }, 0.25, false],
    [{ OTEL_TRACES_SAMPLER: 'parentbased_traceidratio', OTEL_TRACES_SAMPLER_ARG: '0.25' }, 0.25, true],
    [{ OTEL_TRACES_SAMPLER: 'traceidratio', OTEL_TRACES_SAMPLER_ARG: 'much' }, 1, false],
  ])('is by the standard variables %j: a share of %d', (sampler, share, followsProxy) => {
    for (const name of ['OTEL_EXPORTER_OTLP_ENDPOINT', 'OTEL_EXPORTER_OTLP_TRACES_ENDPOINT']) {
      const settings = traceSettings(undefined, { [name]: 'http://collector:4318', ...sampler });
      expect(settings).toEqual({ endpoint: undefined, headers: {}, share, followsProxy });
    }
  });

  it('is no, whatever else is said, where the environment switches them off', () => {
    expect(traceSettings(file, { OTEL_SDK_DISABLED: 'true' })).toBeUndefined();
    expect(traceSettings(file, { OTEL_TRACES_EXPORTER: 'none' })).toBeUndefined();
  });
});
