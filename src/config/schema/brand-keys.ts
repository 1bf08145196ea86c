import { z } from 'zod';
import { webUrl } from './addresses.ts';
import { accentComplaint } from './colors.ts';
import { text } from './fields.ts';

const link = z.strictObject({
  label: text('What the link says.'),
  url: text('Where it leads: an https URL, a mailto: address, or a path of this site.', {
    complain: (value) =>
      /^\/(?!\/)\S*$/.test(value) || /^mailto:[^\s@]+@[^\s@]+$/i.test(value) || webUrl(value)
        ? undefined
        : 'expected a URL, mailto:ADDRESS or a path such as /privacy',
  }),
});

/** `brand` of gateway.yaml: name, logo and colours of the pages, without touching a template. */
export const brandKeys = z
  .strictObject({
    name: text('Shown on the sign-in page. Default: Doorward').optional(),
    logo: text('An SVG or PNG file, square, at most 100 kB, relative to the configuration directory.', {
      complain: (value) =>
        /\.(svg|png)$/i.test(value) ? undefined : 'expected a file whose name ends in .svg or .png',
    }).optional(),
    colors: z
      .strictObject({
        accent: text('Colour of buttons and links, such as #1d5a57. Its contrast is checked.', {
          show: true,
          pattern: '^#[0-9a-fA-F]{6}$',
          complain: (value) => accentComplaint(value, 'light'),
        }).optional(),
        accentDark: text('The same on dark pages. Default: the accent, lightened until it reads well', {
          show: true,
          pattern: '^#[0-9a-fA-F]{6}$',
          complain: (value) => accentComplaint(value, 'dark'),
        }).optional(),
      })
      .meta({ description: 'Colours, as #rrggbb.' })
      .optional(),
    links: z
      .array(link)
      .min(1)
      .meta({ description: 'Links at the foot of every page: imprint, privacy, help.' })
      .optional(),
    templates: text(
      'A folder with templates of your own (chooser.eta, layout.eta …), relative to the configuration directory; what it lacks is ours.',
    ).optional(),
  })
  .meta({ description: 'How the pages present themselves.' });
