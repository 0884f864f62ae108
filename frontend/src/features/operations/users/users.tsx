import { Button, NativeSelect } from '@mantine/core';
import { useInfiniteQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useState } from 'react';
import { ProblemNote } from '@/components/messages/problem-note';
import { QueryFallback } from '@/components/messages/query-fallback';
import { Head } from '@/features/operations/parts/console';
import css from '@/features/operations/parts/console.module.css';
import { FilterField } from '@/features/operations/parts/filter-field';
import { at, count } from '@/features/operations/parts/format';
import { changes } from '@/features/operations/parts/reads-only';
import { More, Table } from '@/features/operations/parts/table';
import type { Role, User } from '@/features/operations/wire';
import { ChangeRole } from './change-role';
import { type UserFilter, userQueries } from './queries';

const COLUMNS = [
  { name: 'Account' },
  { name: 'Role' },
  { name: 'E-mail' },
  { name: 'Signed in', number: true },
  { name: 'Last used' },
  { name: 'Since' },
  { name: 'Action', actions: true },
];

/** All accounts and their roles. */
export function Users({ mayChange }: { mayChange: boolean }) {
  const [filter, setFilter] = useState<UserFilter>({});
  const [changed, setChanged] = useState<User>();
  const query = useInfiniteQuery(userQueries.list(filter));
  const users = query.data?.pages.flatMap((page) => page.data);
  return (
    <>
      <Head title="Users" />
      <div className={css.bar}>
        <FilterField
          label="Name or address"
          placeholder="Press / to type"
          first
          onChange={(q) => setFilter((now) => ({ ...now, q }))}
        />
        <NativeSelect
          size="xs"
          label="Role"
          data={[{ value: '', label: 'all' }, 'admin', 'agent', 'traveller']}
          value={filter.role ?? ''}
          onChange={({ currentTarget }) => {
            const role = (currentTarget.value || undefined) as Role | undefined;
            setFilter((now) => ({ ...now, role }));
          }}
        />
      </div>
      {query.isFetchNextPageError && (
        <ProblemNote error={query.error} title="No more accounts could be loaded." />
      )}
      {users === undefined ? (
        <QueryFallback
          query={query}
          loading="Loading the users"
          failed="The users could not be loaded."
          heights={[320]}
        />
      ) : users.length === 0 ? (
        <p className={css.empty}>No account matches.</p>
      ) : (
        <Table label="Users" columns={COLUMNS}>
          {users.map((user) => (
            <tr key={user.id} tabIndex={-1}>
              <td>
                {user.closed_at ? (
                  <span className={css.fine}>closed {at(user.closed_at)}</span>
                ) : (
                  <Link to="/operations/bookings" search={{ user: user.username }}>
                    {user.username}
                  </Link>
                )}
              </td>
              <td>{user.role}</td>
              <td>{user.email ?? '–'}</td>
              <td className={css.number}>{count(user.sessions)}</td>
              <td>{user.last_used_at ? at(user.last_used_at) : '–'}</td>
              <td>{at(user.created_at)}</td>
              <td className={css.actions}>
                {!user.closed_at && (
                  <Button
                    size="compact-xs"
                    variant="default"
                    aria-label={`Change the role of ${user.username}`}
                    {...changes(mayChange)}
                    onClick={() => setChanged(user)}
                  >
                    Change the role
                  </Button>
                )}
              </td>
            </tr>
          ))}
        </Table>
      )}
      <More query={query} />
      {changed && <ChangeRole user={changed} onClose={() => setChanged(undefined)} />}
    </>
  );
}
