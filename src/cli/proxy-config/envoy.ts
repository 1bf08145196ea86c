import { askedWith, listenAddress, ourPaths, type ProxyFile, type ProxySettings } from './settings.ts';

/** Envoy asks with the `ext_authz` filter, over HTTP. */
export function envoy(settings: ProxySettings): ProxyFile[] {
  const { hosts, listen, upstream, gateway, prefix, certificate, key } = settings;
  const { address, port } = listenAddress(listen);
  const ours = [prefix, ...ourPaths.map((path) => path.replace(/\/$/, ''))];
  const domains = hosts.flatMap((host) => [host, `${host}:*`]).map((host) => JSON.stringify(host));
  const ourRoutes = ours.map(
    (path) => `                        - match: { path_separated_prefix: "${path}" }
                          route: { cluster: doorward, timeout: 0s }
                          typed_per_filter_config: *unasked`,
  );
  const asked = [...askedWith, 'X-Forwarded-Proto', 'X-Forwarded-For'].map(
    (name) => `                          - { exact: "${name.toLowerCase()}" }`,
  );
  const text = `static_resources:
  listeners:
    - name: web
      address: { socket_address: { address: ${address ?? '0.0.0.0'}, port_value: ${port} } }
      filter_chains:
        - transport_socket:
            name: envoy.transport_sockets.tls
            typed_config:
              "@type": type.googleapis.com/envoy.extensions.transport_sockets.tls.v3.DownstreamTlsContext
              common_tls_context:
                tls_certificates:
                  - certificate_chain: { filename: ${certificate} }
                    private_key: { filename: ${key} }
          filters:
            - name: envoy.filters.network.http_connection_manager
              typed_config:
                "@type": type.googleapis.com/envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager
                stat_prefix: web
                use_remote_address: true
                normalize_path: true
                merge_slashes: false
                path_with_escaped_slashes_action: REJECT_REQUEST
                stream_idle_timeout: 3600s
                upgrade_configs: [{ upgrade_type: websocket }]
                common_http_protocol_options:
                  headers_with_underscores_action: DROP_HEADER
                # Whatever a client says in the place of Doorward is gone, in every spelling
                early_header_mutation_extensions:
                  - name: envoy.http.early_header_mutation.header_mutation
                    typed_config:
                      "@type": type.googleapis.com/envoy.extensions.http.early_header_mutation.header_mutation.v3.HeaderMutation
                      mutations:
                        - remove_on_match: { key_matcher: { safe_regex: { regex: "x[-.]auth[-.]request[-.].*" } } }
                        - remove_on_match: { key_matcher: { safe_regex: { regex: "x[-.](doorward|original)[-.].*" } } }
                        - remove_on_match: { key_matcher: { safe_regex: { regex: "x([.](http[-.])?method|-http[.]method|-http-method[.]override|-method[.]override).*" } } }
                        - remove_on_match: { key_matcher: { safe_regex: { regex: "remote[-.].*|x-forwarded-host" } } }
                http_filters:
                  - name: envoy.filters.http.ext_authz
                    typed_config:
                      "@type": type.googleapis.com/envoy.extensions.filters.http.ext_authz.v3.ExtAuthz
                      failure_mode_allow: false
                      status_on_error: { code: ServiceUnavailable }
                      allowed_headers:
                        patterns:
${asked.join('\n')}
                      http_service:
                        server_uri: { uri: "http://${gateway}", cluster: doorward, timeout: 5s }
                        path_prefix: ${prefix}/verify/ext-authz
                        authorization_response:
                          allowed_upstream_headers:
                            patterns: [{ prefix: x-auth-request- }, { prefix: x-doorward- }, { prefix: remote- }]
                          # Without this line a client is told the status and nothing else
                          allowed_client_headers:
                            patterns:
                              - { prefix: x-doorward- }
                              - { exact: location }
                              - { exact: content-type }
                              - { exact: cache-control }
                              - { exact: content-security-policy }
                              - { exact: x-content-type-options }
                              - { exact: www-authenticate }
                              - { exact: retry-after }
                  - name: envoy.filters.http.router
                    typed_config:
                      "@type": type.googleapis.com/envoy.extensions.filters.http.router.v3.Router
                route_config:
                  virtual_hosts:
                    - name: application
                      domains: [${domains.join(', ')}]
                      routes:
                        - match: { prefix: "${prefix}/verify/" }
                          direct_response: { status: 404 }
                          # Doorward's own pages are not asked about
                          typed_per_filter_config: &unasked
                            envoy.filters.http.ext_authz:
                              "@type": type.googleapis.com/envoy.extensions.filters.http.ext_authz.v3.ExtAuthzPerRoute
                              disabled: true
${ourRoutes.join('\n')}
                        - match: { prefix: "/" }
                          route: { cluster: application, timeout: 0s }

  clusters:
    - name: doorward
      type: STRICT_DNS
      load_assignment: ${endpoint('doorward', gateway)}
    - name: application
      type: STRICT_DNS
      load_assignment: ${endpoint('application', upstream)}
`;
  return [{ path: '/etc/envoy/envoy.yaml', language: 'yaml', text }];
}

function endpoint(cluster: string, address: string): string {
  const { address: host, port } = listenAddress(address);
  const socket = `socket_address: { address: ${host}, port_value: ${port} }`;
  return `{ cluster_name: ${cluster}, endpoints: [{ lb_endpoints: [{ endpoint: { address: { ${socket} } } }] }] }`;
}
