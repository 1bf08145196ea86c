import { askedWith, ourPaths, type ProxyFile, type ProxySettings } from './settings.ts';

/** Traefik asks with the `forwardAuth` middleware. By files; the same names work as labels. */
export function traefik(settings: ProxySettings): ProxyFile[] {
  const { hosts, listen, upstream, gateway, prefix, certificate, key } = settings;
  const hostRule = hosts.map((host) => `Host(\`${host}\`)`).join(' || ');
  const ours = [prefix, ...ourPaths.map((path) => path.replace(/\/$/, ''))]
    .flatMap((path) => [`Path(\`${path}\`)`, `PathPrefix(\`${path}/\`)`])
    .join(' || ');
  const fixed = `entryPoints:
  websecure:
    address: "${listen.includes(':') ? listen : `:${listen}`}"
    transport:
      respondingTimeouts: { readTimeout: 0s }    # long uploads

providers:
  file:
    filename: /etc/traefik/doorward.yaml
`;
  const routed = `http:
  routers:
    nobody:                                      # only Traefik itself asks here
      rule: "PathPrefix(\`${prefix}/verify/\`)"
      priority: 2000
      entryPoints: [websecure]
      service: noop@internal
      tls: {}
    doorward:
      rule: "(${hostRule}) && (${ours})"
      priority: 1000
      entryPoints: [websecure]
      service: doorward
      tls: {}
    application:
      rule: "${hostRule}"
      priority: 1
      entryPoints: [websecure]
      middlewares: [doorward]
      service: application
      tls: {}

  middlewares:
    doorward:
      forwardAuth:
        address: "http://${gateway}${prefix}/verify/forward-auth"
        trustForwardHeader: false
        authRequestHeaders: [${askedWith.join(', ')}]
        # What a client says under these names is gone, in every spelling; what Doorward says takes its place
        authResponseHeadersRegex: "(?i)^(x[-_.]auth[-_.]request|x[-_.]doorward|remote)[-_.]|(?i)^x([_.](http[-_.])?method|-http[_.]method|-http-method[_.]override|-method[_.]override)"

  services:
    doorward:
      loadBalancer:
        servers: [{ url: "http://${gateway}" }]
    application:
      loadBalancer:
        servers: [{ url: "http://${upstream}" }]
        responseForwarding: { flushInterval: 1ms }

tls:
  certificates:
    - certFile: ${certificate}
      keyFile: ${key}
`;
  return [
    { path: '/etc/traefik/traefik.yaml', language: 'yaml', text: fixed },
    { path: '/etc/traefik/doorward.yaml', language: 'yaml', text: routed },
  ];
}
