import type {
  ScimCondition,
  ScimGroupRecord,
  ScimMember,
  ScimStore,
  ScimShownUser,
} from '../../directory/index.ts';
import { checkFilter, matches, mentions, parseFilter, planFilter, type Filter } from '../filter/index.ts';
import { filterHabits, unquotedText } from '../habits/filters.ts';
import { asksFor, type Projection } from '../project.ts';
import type { Resource } from '../resource.ts';
import { groupType, userType, type ResourceType } from '../schema/index.ts';
import type { Caller } from '../types.ts';
import { createAnchors } from './anchors.ts';
import type { Answer } from './answer.ts';
import type { Representation } from './representation.ts';
import { createScanner } from './scan.ts';
import { compareKeys, sortInTurns, sortingBy, type Sorting, type SortKey } from './sort.ts';

export interface ListRequest {
  readonly filter: string | undefined;
  readonly startIndex: number;
  readonly count: number;
  readonly sortBy: string | undefined;
  readonly sortOrder: string | undefined;
  readonly projection: Projection;
}

/** The most resources of one page. */
export const maxResults = 1_000;
/** The most members, over all groups of a page; a page that has them ends there, and says so by `itemsPerPage`. */
const maxMembersOfPage = 200_000;
const listUrn = 'urn:ietf:params:scim:api:messages:2.0:ListResponse';
const anchorLifetime = 10 * 60_000;

interface Shown {
  readonly text: string;
  readonly members: number;
}

/** What differs between users and groups. */
interface Source<R> {
  readonly type: ResourceType;
  readonly kind: 'user' | 'group';
  read(
    provider: string,
    page: { where: ScimCondition | undefined; after?: string | undefined; offset?: number; limit: number },
    wants: (attribute: string) => boolean,
  ): Promise<readonly R[]>;
  /** The resource with what was wanted of it, to look at. */
  show(record: R, wants: (attribute: string) => boolean): Resource | Promise<Resource>;
  /** The same as text, to answer with; and how many members it has. */
  text(record: R, projection: Projection): Shown | Promise<Shown>;
}

/** Lists, filters, sorts and pages (RFC 7644, section 3.4.2), for both resource types in one way. */
export function createLists(
  store: ScimStore,
  representation: Representation,
  loadMembers: (groupId: string) => Promise<ScimMember[]>,
  now: () => number,
) {
  const anchors = createAnchors(anchorLifetime, now);
  const scan = createScanner();

  const users: Source<ScimShownUser> = {
    type: userType,
    kind: 'user',
    read: (provider, page, wants) => store.listUsers(provider, { ...page, withGroups: wants('groups') }),
    show: (record) => representation.user(record),
    text: (record, projection) => ({ ...representation.userText(record, projection), members: 0 }),
  };
  const groups: Source<ScimGroupRecord> = {
    type: groupType,
    kind: 'group',
    read: (provider, page) => store.listGroups(provider, page),
    async show(record, wants) {
      return representation.group(record, wants('members') ? await loadMembers(record.id) : []);
    },
    async text(record, projection) {
      const members = asksFor(projection, 'members') ? await loadMembers(record.id) : [];
      return { ...representation.groupText(record, members, projection), members: members.length };
    },
  };

  async function list<R extends { readonly id: string; readonly resource: string }>(
    source: Source<R>,
    { provider }: Caller,
    request: ListRequest,
  ): Promise<Answer> {
    const { type } = source;
    const filter = readFilter(type, request.filter);
    const plan = filter ? planFilter(type, filter) : { where: undefined, rest: undefined };
    const sorting = sortingBy(type, request.sortBy, request.sortOrder);
    const startIndex = Math.max(1, request.startIndex);
    const count = Math.min(Math.max(0, request.count), maxResults);
    const found =
      plan.rest || sorting
        ? await scanned(source, provider.id, plan.where, plan.rest, sorting, { startIndex, count }, request)
        : await indexed(source, provider.id, plan.where, { startIndex, count }, request);
    const resources: string[] = [];
    let members = 0;
    for (const record of found.page) {
      const shown = source.text(record, request.projection);
      const { text, members: more } = shown instanceof Promise ? await shown : shown;
      members += more;
      if (members > maxMembersOfPage && resources.length > 0) break;
      resources.push(text);
    }
    const head = `"totalResults":${found.total},"startIndex":${startIndex},"itemsPerPage":${resources.length}`;
    return {
      status: 200,
      json: { text: `{"schemas":["${listUrn}"],${head},"Resources":[${resources.join(',')}]}` },
    };
  }

  /** The database knows the whole answer. */
  async function indexed<R extends { readonly id: string }>(
    source: Source<R>,
    provider: string,
    where: ScimCondition | undefined,
    { startIndex, count }: { startIndex: number; count: number },
    { projection }: ListRequest,
  ): Promise<{ page: readonly R[]; total: number }> {
    const total = () => store.count(provider, source.kind, where);
    if (count === 0) return { page: [], total: await total() };
    const offset = startIndex - 1;
    const place = `${source.kind} ${provider}`;
    const after = where || offset === 0 ? undefined : anchors.find(place, offset);
    const wants = (attribute: string) => asksFor(projection, attribute);
    // Where the place is not known yet, the one before is read as well: it is where the same page begins next time.
    const isSkipping = !where && offset > 0 && after === undefined;
    const from = isSkipping
      ? { offset: offset - 1, limit: count + 1 }
      : { ...(after === undefined ? { offset } : { after }), limit: count };
    const read = await source.read(provider, { where, ...from }, wants);
    const [first] = read;
    if (isSkipping && first) anchors.remember(place, offset, first.id);
    const page = isSkipping ? read.slice(1) : read;
    const last = page.at(-1);
    if (!where && last) anchors.remember(place, offset + page.length, last.id);
    const isWhole = after === undefined && page.length < count && (page.length > 0 || offset === 0);
    return { page, total: isWhole ? offset + page.length : await total() };
  }

  /** Every candidate is looked at; of those that match, only the page is kept, or the keys to sort by. */
  async function scanned<R extends { readonly id: string; readonly resource: string }>(
    source: Source<R>,
    provider: string,
    where: ScimCondition | undefined,
    rest: Filter | undefined,
    sorting: Sorting | undefined,
    { startIndex, count }: { startIndex: number; count: number },
    { projection, sortBy }: ListRequest,
  ): Promise<{ page: readonly R[]; total: number }> {
    const toMatch = (name: string) =>
      mentions(rest, name) || (sorting !== undefined && sortBy?.toLowerCase().includes(name) === true);
    const toShow = (name: string) => asksFor(projection, name);
    const keys: { readonly id: string; readonly key: SortKey }[] = [];
    const page: R[] = [];
    let total = 0;
    await scan(
      ({ after, limit }) =>
        source.read(provider, { where, after, limit }, (name) => toMatch(name) || (!sorting && toShow(name))),
      async (record) => {
        const resource = await source.show(record, toMatch);
        if (rest && !matches(source.type, resource, rest)) return;
        total += 1;
        if (sorting) keys.push({ id: record.id, key: sorting.keyOf(resource) });
        else if (total >= startIndex && page.length < count) page.push(record);
      },
    );
    if (!sorting) return { page, total };
    const sorted = await sortInTurns(keys, (one, other) =>
      compareKeys(one.key, other.key, sorting.descending),
    );
    const ids = sorted.slice(startIndex - 1, startIndex - 1 + count).map(({ id }) => id);
    const records =
      ids.length === 0 ? [] : await source.read(provider, { where: { ids }, limit: ids.length }, toShow);
    const byId = new Map(records.map((record) => [record.id, record]));
    return { page: ids.flatMap((id) => byId.get(id) ?? []), total };
  }

  return {
    users: (caller: Caller, request: ListRequest) => list(users, caller, request),
    groups: (caller: Caller, request: ListRequest) => list(groups, caller, request),
  };
}

export type Lists = ReturnType<typeof createLists>;

function readFilter(type: ResourceType, text: string | undefined): Filter | undefined {
  if (text === undefined) return undefined;
  const filter = filterHabits(type, parseFilter(text, unquotedText));
  checkFilter(type, filter);
  return filter;
}
