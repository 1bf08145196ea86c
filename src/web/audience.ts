import type { Request } from 'express';

/**
 * Does a person read the answer, or a program? A person's browser asks for HTML and means to show it as a page;
 * a `fetch` from a page says so in `Sec-Fetch-Dest` (W3C Fetch Metadata).
 */
export function wantsPage(req: Request): boolean {
  const destination = req.headers['sec-fetch-dest'];
  if (destination !== undefined && !['document', 'iframe', 'frame'].includes(String(destination)))
    return false;
  if (req.headers['x-requested-with'] !== undefined) return false;
  return (req.headers.accept ?? '').toLowerCase().includes('text/html');
}
