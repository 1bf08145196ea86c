import type { Router } from 'express';
import type { SendPage } from './page.ts';
import type { Recovery } from './recovery.ts';

/**
 * Where the link of `doorward admin recover` leads. Looking at it uses nothing up, so that whatever previews links cannot
 * spend it; the button does. The token is in the fragment-free query once, and in no page's link.
 */
export function recoveryPages(router: Router, recovery: Recovery, send: SendPage): void {
  router.get('/recover', (req, res) => {
    const link = typeof req.query['token'] === 'string' ? req.query['token'] : '';
    send(req, res, { name: 'recover', title: 'Recovery', operator: undefined, model: { link } });
  });
  router.post('/recover', async (req, res) => {
    const body = (req.body ?? {}) as Record<string, unknown>;
    await recovery.begin(req, res, body['link']);
    res.redirect(303, '/admin');
  });
}
