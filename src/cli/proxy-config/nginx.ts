import { ourPaths, type ProxyFile, type ProxySettings } from './settings.ts';

/**
 * nginx asks with `auth_request`, which knows only yes and no. Where the answer is no, a second question to
 * `forward-auth` fetches what the client is told: the way to the login, JSON for a script, or a page.
 */
export function nginx(settings: ProxySettings): ProxyFile[] {
  const { hosts, listen, upstream, gateway, prefix, certificate, key, headers } = settings;
  const variable = (name: string): string => `$doorward_${underscored(name)}`;
  const taken = headers.map(
    (name) => `auth_request_set ${variable(name)} $upstream_http_${underscored(name)};`,
  );
  const given = headers.map((name) => `proxy_set_header ${name} ${variable(name)};`);
  const ours = ourPaths.map((path) => path.replaceAll('.', '\\.').replace(/\/$/, '')).join('|');
  const text = `upstream doorward {
  server ${gateway};
  keepalive 32;
}

upstream application {
  server ${upstream};
  keepalive 32;
}

map $http_upgrade $doorward_connection {
  default upgrade;
  ''      '';
}

server {
  listen ${listen} ssl;
  server_name ${hosts.join(' ')};
  ssl_certificate     ${certificate};
  ssl_certificate_key ${key};

  # A target with a host of its own (GET https://other/…) would choose the server by that one, and be judged by Host
  if ($request ~ "^[^ ]+ [^/]") {
    return 400;
  }

  client_max_body_size 0;          # the application decides
  proxy_http_version 1.1;          # WebSockets, and connections that stay open
  proxy_buffering off;             # what the application sends is passed on at once
  proxy_request_buffering off;
  proxy_buffer_size 16k;           # room for the identity headers
  proxy_buffers 8 16k;
  proxy_busy_buffers_size 32k;
  proxy_read_timeout 1h;

  # Doorward's own pages
  location ~ ^(${prefix}|${ours})(/|$) {
    proxy_pass http://doorward;
    proxy_set_header Host $http_host;
    proxy_set_header Connection "";
    proxy_set_header X-Forwarded-For $remote_addr;
    proxy_set_header X-Forwarded-Proto $scheme;
    proxy_set_header X-Forwarded-Host $http_host;
  }

  # The question that is asked for each request
  location = ${prefix}/verify/auth-request {
    internal;
    proxy_pass http://doorward;
    proxy_pass_request_body off;
    proxy_set_header Content-Length "";
    proxy_set_header Connection "";
    proxy_set_header X-Original-URL $scheme://$http_host$request_uri;
    proxy_set_header X-Original-Method $request_method;
    proxy_set_header X-Forwarded-For $remote_addr;
    proxy_set_header X-Forwarded-Proto "";
    proxy_set_header X-Forwarded-Host "";
    proxy_set_header X-Forwarded-Uri "";
    proxy_set_header X-Forwarded-Method "";
  }

  # What somebody is told who may not come in
  location @doorward_answer {
    rewrite ^ ${prefix}/verify/forward-auth? break;
    proxy_pass http://doorward;
    proxy_method GET;
    proxy_pass_request_body off;
    proxy_set_header Content-Length "";
    proxy_set_header Connection "";
    proxy_set_header X-Forwarded-For $remote_addr;
    proxy_set_header X-Forwarded-Proto $scheme;
    proxy_set_header X-Forwarded-Host $http_host;
    proxy_set_header X-Forwarded-Uri $request_uri;
    proxy_set_header X-Forwarded-Method $request_method;
    proxy_set_header X-Original-URL "";
    proxy_set_header X-Original-Method "";
    proxy_set_header Upgrade $http_upgrade;
  }

  location ^~ ${prefix}/verify/ {
    return 404;
  }

  # Everything else is the application's
  location / {
    auth_request ${prefix}/verify/auth-request;
    error_page 401 403 = @doorward_answer;
    ${taken.join('\n    ')}

    proxy_pass http://application;
    proxy_set_header Host $http_host;
    proxy_set_header Upgrade $http_upgrade;
    proxy_set_header Connection $doorward_connection;
    proxy_set_header X-Real-IP $remote_addr;
    proxy_set_header X-Forwarded-For $remote_addr;
    proxy_set_header X-Forwarded-Proto $scheme;
    proxy_set_header X-Forwarded-Host $http_host;
    ${given.join('\n    ')}
  }
}
`;
  return [{ path: '/etc/nginx/conf.d/doorward.conf', language: 'nginx', text }];
}

function underscored(name: string): string {
  return name.toLowerCase().replaceAll('-', '_');
}
