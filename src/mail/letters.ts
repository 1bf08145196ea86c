import { Eta } from 'eta';

/** A letter, ready to be sent. */
export interface Letter {
  readonly subject: string;
  readonly text: string;
  readonly html: string;
}

/** A language, as web's Language has it. */
export interface LetterLanguage {
  readonly tag: string;
  readonly direction: 'ltr' | 'rtl';
  t(key: string, values?: Readonly<Record<string, string | number>>): string;
}

export type WriteInvitation = (
  language: LetterLanguage,
  about: {
    /** How the person is called; undefined where nobody knows. */
    readonly name: string | undefined;
    /** What they are invited to. */
    readonly brand: string;
    /** Where they sign in: an address that is the same for everybody. */
    readonly url: string;
    /** The account they sign in with, where there is only one way. */
    readonly provider: string | undefined;
    readonly contact: string | undefined;
    /** `#rrggbb` of the button. */
    readonly accent: string;
  },
) => Letter;

/** Writes letters from `views/mail/NAME.txt.eta` and `NAME.html.eta`; in HTML everything printed is escaped. */
export function createLetters(views: string): { readonly invitation: WriteInvitation } {
  const html = new Eta({ views, cache: true, autoEscape: true });
  const plain = new Eta({ views, cache: true, autoEscape: false, autoTrim: false });
  return {
    invitation(language, about) {
      const model = {
        ...about,
        name: about.name === undefined ? undefined : oneLine(about.name),
        lang: language.tag,
        dir: language.direction,
        t: (key: string, values?: Readonly<Record<string, string>>) => language.t(`mail.${key}`, values),
      };
      return {
        subject: oneLine(language.t('mail.invitation.subject', { brand: about.brand })),
        text: `${plain.render('./invitation.txt.eta', model).trim()}\n`,
        html: html.render('./invitation.html.eta', model),
      };
    },
  };
}

/** Names come from outside; in a letter they never begin a line of their own. */
function oneLine(text: string): string {
  return text.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]+/gu, ' ').trim();
}
