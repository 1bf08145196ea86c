/**
 * mail: letters to people.
 *
 * Owns how a letter is written (templates, text and HTML, in the reader's language) and handed to a mail server. It may not
 * know who may be written to, how often, or why; nothing that lets anybody in ever stands in a letter.
 *
 *   what to say + language ─▶ letter (text, HTML) ─▶ mail server ─▶ accepted, or an error that says what it answered
 */
export { createLetters, type Letter, type LetterLanguage, type WriteInvitation } from './letters.ts';
export { createPostman, type Postman, type PostmanOptions } from './postman.ts';
