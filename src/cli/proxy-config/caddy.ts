import { listenAddress, ourPaths, type ProxyFile, type ProxySettings } from './settings.ts';

/** Caddy asks with `forward_auth`, and passes on whatever the answer is when it is no. */
export function caddy(settings: ProxySettings): ProxyFile[] {
  const { hosts, listen, upstream, gateway, prefix, certificate, key, headers } = settings;
  const { address, port } = listenAddress(listen);
  const sites = hosts.map((host) => (port === '443' ? host : `https://${host}:${port}`)).join(', ');
  const ours = [prefix, ...ourPaths.map((path) => path.replace(/\/$/, ''))]
    .flatMap((path) => [path, `${path}/*`])
    .join(' ');
  const text = `${sites} {
${address === undefined ? '' : `	bind ${address}\n`}	tls ${certificate} ${key}    # without this line Caddy gets a certificate by itself

	route {
		# Doorward's own pages
		respond ${prefix}/verify/* 404
		@doorward path ${ours}
		reverse_proxy @doorward ${gateway}

		# Whatever a client says in the place of Doorward is gone, in every spelling
		request_header -X-Auth-Request-*
		request_header -X-Doorward-*
		request_header -Remote-*
		request_header -X-Original-*
		request_header -*_*
		request_header -*.*

		# A client cannot have headers dropped on the way to the application
		@plain not header Upgrade *
		request_header @plain -Connection
		@upgrade header Upgrade *
		request_header @upgrade Connection Upgrade

		forward_auth ${gateway} {
			uri ${prefix}/verify/forward-auth
			copy_headers ${headers.join(' ')}
		}

		reverse_proxy ${upstream} {
			flush_interval -1
		}
	}
}
`;
  return [{ path: '/etc/caddy/Caddyfile', language: 'caddyfile', text }];
}
