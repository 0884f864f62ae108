import { Button, NativeSelect } from '@mantine/core';
import { useInfiniteQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useState } from 'react';
import { ProblemNote } from '@/components/messages/problem-note';
import { QueryFallback } from '@/components/messages/query-fallback';
import type { Role, User } from '@/features/operations/api-types';
import { PageHeader } from '@/features/operations/components/console';
import css from '@/features/operations/components/console.module.css';
import { FilterField } from '@/features/operations/components/filter-field';
import { formatCount, formatTime } from '@/features/operations/components/format';
import { disabledUnless } from '@/features/operations/components/read-only';
import { MoreButton, Table } from '@/features/operations/components/table';
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
      <PageHeader title="Users" />
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
              <td className={css.short}>
                {user.closed_at ? (
                  <span className={css.fine}>closed {formatTime(user.closed_at)}</span>
                ) : (
                  <Link to="/operations/bookings" search={{ user: user.username }}>
                    {user.username}
                  </Link>
                )}
              </td>
              <td>{user.role}</td>
              <td className={css.short}>{user.email ?? '–'}</td>
              <td className={css.number}>{formatCount(user.sessions)}</td>
              <td>{user.last_used_at ? formatTime(user.last_used_at) : '–'}</td>
              <td>{formatTime(user.created_at)}</td>
              <td className={css.actions}>
                {!user.closed_at && (
                  <Button
                    size="compact-xs"
                    variant="default"
                    aria-label={`Change the role of ${user.username}`}
                    {...disabledUnless(mayChange)}
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
      <MoreButton query={query} />
      {changed && <ChangeRole user={changed} onClose={() => setChanged(undefined)} />}
    </>
  );
}
