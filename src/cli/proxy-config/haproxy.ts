import { askedWith, ourPaths, type ProxyFile, type ProxySettings } from './settings.ts';

/**
 * HAProxy (2.6 or later) has no directive that asks another server first. Its built-in HTTP client does it from a few
 * lines of Lua; nothing besides HAProxy is needed.
 */
export function haproxy(settings: ProxySettings): ProxyFile[] {
  const { hosts, listen, upstream, gateway, prefix, certificate } = settings;
  const bind = listen.includes(':') ? listen : `:${listen}`;
  const ours = [prefix, ...ourPaths.map((path) => path.replace(/\/$/, ''))];
  const configuration = `global
  lua-load /etc/haproxy/doorward.lua
  tune.bufsize 32768               # room for the identity headers

defaults
  mode http
  timeout connect 5s
  timeout client 1h
  timeout server 1h
  timeout http-request 30s
  timeout tunnel 24h

frontend web
  bind ${bind} ssl crt ${certificate}    # one file with certificate, chain and key
  acl our_host hdr(host),lower,field(1,:) -m str ${hosts.join(' ')}
  http-request deny deny_status 421 unless our_host

  # Doorward's own pages
  acl doorward_path path ${ours.join(' ')}
  acl doorward_path path_beg ${ours.map((path) => `${path}/`).join(' ')}
  http-request return status 404 if { path_beg ${prefix}/verify/ }

  # Whatever a client says in the place of Doorward is gone, in every spelling
  http-request del-header ^x([_.](http[-_.])?method|-http[_.]method|-http-method[_.]override|-method[_.]override) -m reg
  http-request del-header ^(x[-_.]auth[-_.]request|x[-_.]doorward|x[-_.]original|x[-_.]forwarded|x[-_.]real[-_.]ip|remote|forwarded)([-_.]|$) -m reg
  http-request set-header X-Forwarded-For %[src]
  http-request set-header X-Forwarded-Proto https
  http-request set-header X-Forwarded-Host %[req.hdr(host)]

  # Everything else is asked about first
  http-request lua.doorward unless doorward_path

  use_backend doorward if doorward_path
  default_backend application

backend doorward
  server doorward ${gateway}

backend application
  server application ${upstream}
`;
  const script = `-- Asks Doorward about each request: lets it pass with the identity headers, or answers as Doorward says.
local question = "http://${gateway}${prefix}/verify/forward-auth"
local asked_with = { ${askedWith.map((name) => `"${name.toLowerCase()}"`).join(', ')}, "upgrade" }

local function answer(txn, status, headers, body)
  local reply = txn:reply({ status = status })
  for name, values in pairs(headers) do
    if name ~= "connection" and name ~= "keep-alive" and name ~= "transfer-encoding" and name ~= "content-length" then
      for _, value in pairs(values) do
        reply:add_header(name, value)
      end
    end
  end
  reply:set_body(body)
  txn:done(reply)
end

core.register_action("doorward", { "http-req" }, function(txn)
  local client = txn.http:req_get_headers()
  local headers = {
    ["x-forwarded-method"] = { txn.f:method() },
    ["x-forwarded-proto"] = { "https" },
    ["x-forwarded-host"] = { txn.f:req_hdr("host") or "" },
    ["x-forwarded-uri"] = { txn.f:pathq() },
    ["x-forwarded-for"] = { txn.f:src() },
  }
  for _, name in ipairs(asked_with) do
    if client[name] then
      -- A header that comes in several lines; HAProxy counts them from 0
      local values = {}
      for index = 0, #client[name] do values[#values + 1] = client[name][index] end
      headers[name] = { table.concat(values, name == "cookie" and "; " or ", ") }
    end
  end

  local said = core.httpclient():get({ url = question, headers = headers, timeout = 5000 })
  if said == nil or said.status == nil or said.status < 200 or said.status == 304 then
    return answer(txn, 503, {}, "Doorward does not answer.\\n")
  end
  if said.status > 299 then
    return answer(txn, said.status, said.headers or {}, said.body or "")
  end
  for name, values in pairs(said.headers or {}) do
    if name:match("^x%-auth%-request%-") or name:match("^x%-doorward%-") or name:match("^remote%-") then
      txn.http:req_set_header(name, values[0] or "")
    end
  end
end, 0)
`;
  return [
    { path: '/etc/haproxy/haproxy.cfg', language: 'haproxy', text: configuration },
    { path: '/etc/haproxy/doorward.lua', language: 'lua', text: script },
  ];
}
