import type { IncomingHttpHeaders } from 'node:http';
import { describe, expect, it } from '@jest/globals';
import {
  describedByCheck,
  describedByForwarded,
  describedByOriginalUrl,
} from '../../../src/gate/described-request.ts';

const forwarded: IncomingHttpHeaders = {
  'x-forwarded-method': 'GET',
  'x-forwarded-proto': 'https',
  'x-forwarded-host': 'Catalog.example:443',
  'x-forwarded-uri': '/a//b?c=1',
};

describe('a request as a proxy describes it', () => {
  it('is a URL and a method for nginx', () => {
    expect(
      describedByOriginalUrl({
        'x-original-url': 'https://Catalog.example/a//b?c=1',
        'x-original-method': 'POST',
      }),
    ).toEqual({
      method: 'POST',
      scheme: 'https',
      host: 'catalog.example',
      path: '/a/b',
      target: '/a//b?c=1',
    });
    expect(describedByOriginalUrl({ 'x-original-url': '/a' })).toMatchObject({ host: undefined, path: '/a' });
    expect(describedByOriginalUrl({})).toMatchObject({ host: undefined, path: undefined });
  });

  it('is four headers for Traefik, Caddy and HAProxy', () => {
    expect(describedByForwarded(forwarded)).toEqual({
      method: 'GET',
      scheme: 'https',
      host: 'catalog.example',
      path: '/a/b',
      target: '/a//b?c=1',
    });
  });

  it('is the check itself for Envoy', () => {
    expect(describedByCheck({ host: 'catalog.example' }, 'DELETE', '/a?b')).toMatchObject({
      method: 'DELETE',
      host: 'catalog.example',
      path: '/a',
    });
  });

  it.each([
    ['two hosts', { ...forwarded, 'x-forwarded-host': 'catalog.example, evil.example' }],
    ['a list of hosts', { ...forwarded, 'x-forwarded-host': 'catalog.example,evil.example' }],
    ['user information in the host', { ...forwarded, 'x-forwarded-host': 'a@catalog.example' }],
    ['a path in the host', { ...forwarded, 'x-forwarded-host': 'catalog.example/x' }],
    ['an empty host', { ...forwarded, 'x-forwarded-host': '' }],
    ['two schemes', { ...forwarded, 'x-forwarded-proto': 'https, http' }],
    ['an odd scheme', { ...forwarded, 'x-forwarded-proto': 'javascript' }],
    ['two paths', { ...forwarded, 'x-forwarded-uri': '/a, /b' }],
    ['a path that climbs', { ...forwarded, 'x-forwarded-uri': '/a/..;/b' }],
    ['a whole URL for a path', { ...forwarded, 'x-forwarded-uri': 'https://evil.example/' }],
    ['two methods', { ...forwarded, 'x-forwarded-method': 'GET, POST' }],
    ['another path in X-Original-URL', { ...forwarded, 'x-original-url': 'https://catalog.example/other' }],
    ['another method in X-Original-Method', { ...forwarded, 'x-original-method': 'POST' }],
  ])('with %s is refused', (_, headers) => {
    expect(describedByForwarded(headers)).toBeUndefined();
  });

  it.each([
    ['another path in X-Forwarded-Uri', { 'x-original-url': 'https://c.example/a', 'x-forwarded-uri': '/b' }],
    ['two URLs', { 'x-original-url': 'https://c.example/a, https://c.example/b' }],
    ['a method that contradicts', { 'x-original-method': 'GET', 'x-forwarded-method': 'POST' }],
    ['no path', { 'x-original-url': 'javascript:alert(1)' }],
    ['a fragment', { 'x-original-url': 'https://c.example/#/a' }],
    ['user information', { 'x-original-url': 'https://c.example@evil.example/' }],
    ['a backslash', { 'x-original-url': 'https://c.example\\@evil.example/' }],
  ])('to nginx with %s is refused', (_, headers) => {
    expect(describedByOriginalUrl(headers)).toBeUndefined();
  });

  it('to Envoy with two hosts, or headers that contradict it, is refused', () => {
    const host = 'catalog.example';
    expect(describedByCheck({ host, 'x-forwarded-host': 'evil.example' }, 'GET', '/a')).toBeUndefined();
    expect(describedByCheck({ host, 'x-forwarded-uri': '/b' }, 'GET', '/a')).toBeUndefined();
    expect(describedByCheck({ host, 'x-original-method': 'POST' }, 'GET', '/a')).toBeUndefined();
  });
});
