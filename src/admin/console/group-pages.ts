import { Failure } from '../../identity/index.ts';
import type { AdminDeps } from '../types.ts';
import type { SendPage } from './page.ts';
import { personLine } from './people-pages.ts';
import type { Routes } from './routes.ts';

const pageSize = 100;

/** Groups: who is in them, and which rules of the configuration name them. */
export function groupPages(deps: AdminDeps, routes: Routes, send: SendPage): void {
  const { config, directory, providers } = deps;

  /** Where the configuration speaks of a group: mapped to it, required, a role, the console. */
  const rulesOf = (name: string): string[] => [
    ...config.providers.flatMap(({ id, groups, admit, role }) => [
      ...groups.map.filter(([, group]) => group === name).map(([idp]) => `${id}: “${idp}” becomes it`),
      ...(admit.requireGroups.includes(name) ? [`${id}: may come in`] : []),
      ...role.map.filter(([group]) => group === name).map(([, each]) => `${id}: has the role ${each}`),
    ]),
    ...(config.admin.groups.includes(name) ? ['may open this console'] : []),
  ];

  routes.page('/groups', async (req, res, operator) => {
    const groups = await directory.listGroups();
    send(req, res, {
      name: 'groups',
      title: 'Groups',
      section: 'groups',
      operator,
      model: { groups: groups.map((group) => ({ ...group, rules: rulesOf(group.name) })) },
    });
  });

  routes.page('/groups/:name', async (req, res, operator) => {
    const name = String(req.params['name']);
    const group = (await directory.listGroups()).find((each) => each.name === name);
    if (group === undefined) throw new Failure('not_found', { detail: 'admin.no_such_group' });
    const after = typeof req.query['after'] === 'string' ? req.query['after'] : undefined;
    const members = await directory.searchPeople({
      group: name,
      limit: pageSize + 1,
      ...(after !== undefined && { after }),
    });
    const shown = members.slice(0, pageSize);
    const last = shown.at(-1);
    send(req, res, {
      name: 'group',
      title: name,
      section: 'groups',
      operator,
      model: {
        group,
        rules: rulesOf(name),
        members: shown.map((user) => ({
          ...personLine(user),
          sources: user.memberships
            .filter((membership) => membership.group === name)
            .map(({ source }) =>
              source.kind === 'local'
                ? 'an administrator'
                : `${providers.get(source.provider)?.label ?? source.provider}${source.kind === 'scim' ? ', by SCIM' : ''}`,
            ),
        })),
        next:
          members.length > pageSize
            ? `/admin/groups/${encodeURIComponent(name)}?after=${last?.id}`
            : undefined,
      },
    });
  });
}
