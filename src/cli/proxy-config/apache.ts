import { askedWith, listenAddress, ourPaths, type ProxyFile, type ProxySettings } from './settings.ts';

/**
 * Apache has no module of its own that asks another server first. mod_lua comes with it, and LuaSocket with every
 * distribution (Debian: `apt-get install apache2 lua-socket`); each thread keeps one connection to Doorward open.
 */
export function apache(settings: ProxySettings): ProxyFile[] {
  const { hosts, listen, upstream, gateway, prefix, certificate, key } = settings;
  const { address, port } = listenAddress(listen);
  const [host, ...aliases] = hosts;
  const ours = [prefix, ...ourPaths.map((path) => path.replace(/\/$/, ''))];
  const passed = ours.map(
    (path) => `  ProxyPass        ${path} http://${gateway}${path}
  ProxyPassReverse ${path} http://${gateway}${path}`,
  );
  const configuration = `# a2enmod ssl proxy proxy_http proxy_wstunnel headers lua
${port === '443' && address === undefined ? '' : `Listen ${listen} https\n`}
LuaScope thread

<VirtualHost ${address ?? '*'}:${port}>
  ServerName ${host}
${aliases.map((alias) => `  ServerAlias ${alias}\n`).join('')}  SSLEngine on
  SSLCertificateFile    ${certificate}
  SSLCertificateKeyFile ${key}

  ProxyPreserveHost On
  ProxyTimeout 3600
  AllowEncodedSlashes NoDecode
  RequestHeader set X-Forwarded-Proto https
  RequestHeader unset X-Forwarded-For
  RequestHeader unset X-Forwarded-Host

  # Doorward's own pages
  RedirectMatch 404 ^${prefix}/verify/
  ProxyPass        ${prefix}/verify !
${passed.join('\n')}

  # Everything else is asked about first
  <LocationMatch "^/(?!(${ours.map((path) => path.slice(1).replaceAll('.', '\\.')).join('|')})(/|$))">
    LuaHookAccessChecker /etc/apache2/doorward.lua ask early
  </LocationMatch>
  ProxyPass        / http://${upstream}/ upgrade=websocket flushpackets=on nocanon
  ProxyPassReverse / http://${upstream}/
</VirtualHost>
`;
  const [gatewayHost, gatewayPort] = splitAddress(gateway);
  const script = `-- Asks Doorward about each request: lets it pass with the identity headers, or answers as Doorward says.
require "apache2"
local socket = require "socket"

local host, port, path = "${gatewayHost}", ${gatewayPort}, "${prefix}/verify/forward-auth"
local asked_with = { ${askedWith.map((name) => `"${name}"`).join(', ')}, "Upgrade" }

-- One connection for each thread of Apache
local connection

local function exchange(question)
  if not connection then
    local fresh = socket.tcp()
    fresh:settimeout(5)
    if not fresh:connect(host, port) then return nil end
    fresh:setoption("tcp-nodelay", true)
    connection = fresh
  end
  if not connection:send(question) then return nil end
  local line = connection:receive("*l")
  local status = line and tonumber(line:match("^HTTP/1%.1 (%d%d%d)"))
  if not status then return nil end
  local headers, body = {}, ""
  while true do
    line = connection:receive("*l")
    if not line then return nil end
    if line == "" then break end
    local name, value = line:match("^([^:]+):%s*(.-)%s*$")
    if not name then return nil end
    headers[name:lower()] = value
  end
  local length = tonumber(headers["content-length"] or "")
  if not length then return nil end
  if length > 0 then
    body = connection:receive(length)
    if not body then return nil end
  end
  if (headers["connection"] or ""):lower() == "close" then
    connection:close()
    connection = nil
  end
  return { status = status, headers = headers, body = body }
end

-- A connection that was closed meanwhile is opened again, once
local function ask_doorward(question)
  for _ = 1, 2 do
    local had_connection = connection ~= nil
    local answer = exchange(question)
    if answer then return answer end
    if connection then connection:close() end
    connection = nil
    if not had_connection then return nil end
  end
end

local function is_identity(name)
  local folded = name:lower():gsub("[_.]", "-")
  return folded:find("^x%-auth%-request%-") or folded:find("^x%-doorward%-") or folded:find("^remote%-")
    or folded:find("^x%-original%-")
end

-- Of these Doorward is asked by their right names only
local function is_override(name)
  local folded = name:lower():gsub("[_.]", "-")
  return name:find("[_.]") and (folded:find("^x%-http%-method") or folded == "x-method-override")
end

local function one_line(text)
  return (text:gsub("[\\r\\n%z]", ""))
end

function ask(r)
  -- What a client says in the place of Doorward is gone, in every spelling
  local given = r:headers_in_table()
  for name in pairs(given) do
    if is_identity(name) or is_override(name) then r.headers_in[name] = nil end
  end
  -- A client cannot have headers dropped on the way to the application
  if r.headers_in["Upgrade"] then
    r.headers_in["Connection"] = "Upgrade"
  else
    r.headers_in["Connection"] = nil
  end

  local lines = {
    "GET " .. path .. " HTTP/1.1",
    "Host: " .. one_line(r.headers_in["Host"] or r.hostname or ""),
    "X-Forwarded-Method: " .. one_line(r.method),
    "X-Forwarded-Proto: https",
    "X-Forwarded-Host: " .. one_line(r.headers_in["Host"] or ""),
    "X-Forwarded-Uri: " .. one_line(r.unparsed_uri),
    "X-Forwarded-For: " .. r.useragent_ip,
  }
  for _, name in ipairs(asked_with) do
    local value = r.headers_in[name]
    if value then lines[#lines + 1] = name .. ": " .. one_line(value) end
  end
  local answer = ask_doorward(table.concat(lines, "\\r\\n") .. "\\r\\n\\r\\n")
  if not answer then return 503 end

  if answer.status >= 200 and answer.status < 300 then
    for name, value in pairs(answer.headers) do
      if is_identity(name) then r.headers_in[name] = value end
    end
    return apache2.OK
  end
  r.status = answer.status
  for name, value in pairs(answer.headers) do
    if name == "content-type" then
      r.content_type = value
    elseif name ~= "connection" and name ~= "keep-alive" and name ~= "content-length" and name ~= "date" then
      r.err_headers_out[name] = value
    end
  end
  r:write(answer.body)
  return apache2.DONE
end
`;
  return [
    { path: '/etc/apache2/sites-available/doorward.conf', language: 'apache', text: configuration },
    { path: '/etc/apache2/doorward.lua', language: 'lua', text: script },
  ];
}

function splitAddress(address: string): [host: string, port: string] {
  const colon = address.lastIndexOf(':');
  return [address.slice(0, colon), address.slice(colon + 1)];
}
