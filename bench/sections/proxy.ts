import type { Section } from '../kit.ts';

/** The built-in proxy against its own library bare, before the same application. */
export const proxy: Section = {
  name: 'proxy',
  async run(kit) {
    const application = await kit.start('serve-bare.ts', JSON.stringify(['Content-Length', '0']));
    const upstream = new URL(application.url).origin;
    const gateway = await kit.gateway({ store: 'sqlite', sessions: 1, cookies: 1, upstream });
    const bare = await kit.start('serve-httpxy.ts', upstream);
    const target = (url: string) => ({
      url: new URL('/tables?q=sales', url).href,
      headers: ['Host: catalog.example', 'Accept: text/html'],
      cookies: gateway.cookies,
    });
    const ceiling = 'httpxy bare';
    return kit.play([
      { name: ceiling, target: target(bare.url), ceiling: undefined, cpu: () => bare.cpu() },
      { name: 'built-in proxy', target: target(gateway.url), ceiling, cpu: () => gateway.cpu() },
    ]);
  },
};
