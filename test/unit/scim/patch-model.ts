/**
 * PATCH as slowly and obviously as it can be written: a document is a plain tree, an operation is looked up by hand, one
 * rule after the other of RFC 7644, section 3.5.2, over a few attributes. The engine must agree with it.
 */
export type Doc = Record<string, unknown>;

export interface ModelOperation {
  readonly op: 'add' | 'remove' | 'replace';
  readonly path?: string;
  readonly value?: unknown;
}

interface Mail {
  value?: string;
  type?: string;
  primary?: boolean;
}

/** Single-valued attributes of the model. */
export const singles = ['title', 'nickName', 'displayName'] as const;
export const nameParts = ['givenName', 'familyName'] as const;
export const mailTypes = ['work', 'home', 'other'] as const;

/** The document after the operations, or `refused`. Nothing that is given is changed. */
export function applyModel(before: Doc, operations: readonly ModelOperation[]): Doc | 'refused' {
  let doc = structuredClone(before);
  for (const operation of operations) {
    const next = applyOne(structuredClone(doc), operation);
    if (next === 'refused') return 'refused';
    doc = next;
  }
  return doc;
}

function applyOne(doc: Doc, { op, path, value }: ModelOperation): Doc | 'refused' {
  if (path === undefined) {
    if (op === 'remove') return 'refused';
    let result: Doc | 'refused' = doc;
    for (const [key, each] of Object.entries(value as object)) {
      if (result === 'refused') break;
      result = applyOne(result, { op, path: key, value: each });
    }
    return result;
  }
  if (path === 'id') return 'refused';
  if ((singles as readonly string[]).includes(path))
    return setOrDelete(doc, path, op === 'remove' ? undefined : value);
  if (path === 'name') return applyName(doc, op, value as Doc | undefined);
  if (path.startsWith('name.')) return applyNamePart(doc, path.slice(5), op === 'remove' ? undefined : value);
  if (path === 'emails') return applyMails(doc, op, value as Mail[] | undefined);
  const filtered = /^emails\[type eq "(\w+)"\](?:\.value)?$/.exec(path);
  if (filtered) return applyFiltered(doc, op, filtered[1] as string, path.endsWith('.value'), value);
  return 'refused';
}

function setOrDelete(doc: Doc, key: string, value: unknown): Doc {
  if (value === undefined || value === null || value === '') delete doc[key];
  else doc[key] = value;
  return doc;
}

function applyName(doc: Doc, op: string, value: Doc | undefined): Doc {
  if (op === 'remove') return setOrDelete(doc, 'name', undefined);
  const given = Object.fromEntries(Object.entries(value ?? {}).filter(([, each]) => each !== ''));
  if (Object.keys(given).length === 0) return setOrDelete(doc, 'name', undefined);
  doc['name'] = { ...(doc['name'] as Doc | undefined), ...given };
  return doc;
}

function applyNamePart(doc: Doc, part: string, value: unknown): Doc {
  const name = { ...(doc['name'] as Doc | undefined) };
  if (value === undefined || value === '') delete name[part];
  else name[part] = value;
  return setOrDelete(doc, 'name', Object.keys(name).length === 0 ? undefined : name);
}

function setMails(doc: Doc, mails: readonly Mail[]): Doc {
  return setOrDelete(doc, 'emails', mails.length === 0 ? undefined : mails);
}

function applyMails(doc: Doc, op: string, value: Mail[] | undefined): Doc {
  const mails = [...((doc['emails'] as Mail[] | undefined) ?? [])];
  if (op === 'remove') {
    if (value === undefined) return setMails(doc, []);
    const gone = value.map((each) => each.value?.toLowerCase());
    return setMails(
      doc,
      mails.filter((each) => !gone.includes(each.value?.toLowerCase())),
    );
  }
  if (op === 'replace') return setMails(doc, onlyOnePrimary(value ?? [], undefined));
  let newest: number | undefined;
  for (const added of value ?? []) {
    const at = mails.findIndex(
      (each) =>
        each.value?.toLowerCase() === added.value?.toLowerCase() &&
        (added.type === undefined || each.type === added.type),
    );
    if (at < 0) mails.push({ ...added });
    else mails[at] = { ...mails[at], ...added };
    if (added.primary === true) newest = at < 0 ? mails.length - 1 : at;
  }
  return setMails(doc, newest === undefined ? mails : onlyOnePrimary(mails, newest));
}

function applyFiltered(
  doc: Doc,
  op: string,
  type: string,
  isValue: boolean,
  value: unknown,
): Doc | 'refused' {
  const mails = [...((doc['emails'] as Mail[] | undefined) ?? [])];
  const hits = mails.flatMap((each, index) => (each.type === type ? [index] : []));
  if (op === 'remove') {
    if (!isValue)
      return setMails(
        doc,
        mails.filter((_, index) => !hits.includes(index)),
      );
    for (const index of hits) {
      const { value: _gone, ...rest } = mails[index] as Mail;
      mails[index] = rest;
    }
    return setMails(doc, mails);
  }
  if (isValue) {
    if (hits.length === 0) {
      // Adding what the filter describes: an element of that type and value may be there under no type only.
      return applyMails(doc, 'add', [{ type, value: value as string }]);
    }
    for (const index of hits) mails[index] = { ...mails[index], value: value as string };
    return setMails(doc, mails);
  }
  if (hits.length === 0) return 'refused';
  const element = value as Mail;
  for (const index of hits) mails[index] = op === 'add' ? { ...mails[index], ...element } : { ...element };
  return setMails(doc, element.primary === true ? onlyOnePrimary(mails, hits[0]) : mails);
}

/** The one at `keep` stays primary, else the first that is; the others say that they are not. */
function onlyOnePrimary(mails: readonly Mail[], keep: number | undefined): Mail[] {
  const kept = keep ?? mails.findIndex((each) => each.primary === true);
  return mails.map((each, index) =>
    each.primary === true && index !== kept ? { ...each, primary: false } : each,
  );
}
