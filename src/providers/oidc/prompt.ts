/** Who has an account chooser without saying so in discovery; Google knows no `login` at all. */
const choosers: ReadonlySet<string> = new Set(['accounts.google.com', 'login.microsoftonline.com']);

/**
 * The `prompt` (OpenID Connect Core 1.0, section 3.1.2.1) that lets a person come in as somebody else: the account chooser
 * where there is one, otherwise a new sign-in, which every provider has to know.
 */
export function promptForOtherAccount(
  issuer: string,
  supported: readonly string[] | undefined,
): 'select_account' | 'login' {
  const chooser = supported?.includes('select_account') ?? choosers.has(new URL(issuer).hostname);
  return chooser ? 'select_account' : 'login';
}
