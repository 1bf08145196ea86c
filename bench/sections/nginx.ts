import { startNginx } from '../../test/support/nginx.ts';
import { answerOf, type Section } from '../kit.ts';

/** Through nginx with connections kept: `auth_request` to the gate against `auth_request` to another nginx that says 202. */
export const nginx: Section = {
  name: 'nginx',
  async run(kit) {
    const gateway = await kit.gateway({ store: 'sqlite', sessions: 1, cookies: 1 });
    const answer = await answerOf(gateway);
    const said = answer
      .flatMap((name, index) =>
        index % 2 === 0 && name !== 'content-length' ? [[name, answer[index + 1] ?? '']] : [],
      )
      .map(([name, value]) => `add_header ${name} "${value}" always;`);
    const other = await startNginx(
      (port) =>
        `server { listen 127.0.0.1:${port}; keepalive_requests 1000000; location / { ${said.join(' ')} return 202; } }`,
    );
    kit.cleanUp(() => other.stop());
    const check = (name: string): string => `
    location = /check-${name} {
      internal; proxy_pass http://${name}/sso/verify/auth-request; proxy_pass_request_body off;
      proxy_set_header Content-Length ""; proxy_set_header Connection ""; proxy_http_version 1.1;
      proxy_set_header X-Original-URL https://catalog.example$request_uri;
      proxy_set_header X-Original-Method $request_method;
    }
    location /${name} { auth_request /check-${name}; root ${kit.folder}; try_files /none =204; }`;
    const front = await startNginx(
      (port) => `
  upstream gate { server ${new URL(gateway.url).host}; keepalive 64; keepalive_requests 1000000; }
  upstream ceiling { server 127.0.0.1:${other.port}; keepalive 64; keepalive_requests 1000000; }
  server { listen 127.0.0.1:${port}; keepalive_requests 1000000; ${check('gate')} ${check('ceiling')} }`,
    );
    kit.cleanUp(() => front.stop());
    const target = (name: string) => ({
      url: `http://127.0.0.1:${front.port}/${name}`,
      headers: [],
      cookies: gateway.cookies,
    });
    const ceiling = 'nginx, auth_request to another nginx that says 202';
    return kit.play([
      { name: ceiling, target: target('ceiling'), ceiling: undefined, cpu: undefined },
      { name: 'nginx, auth_request to the gate', target: target('gate'), ceiling, cpu: undefined },
    ]);
  },
};
