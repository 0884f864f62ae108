import { Button, Group, Radio, Stack } from '@mantine/core';
import { useState } from 'react';
import { ProblemNote } from '@/components/messages/problem-note';
import type { Role, User } from '@/features/operations/api-types';
import { Dialog } from '@/features/operations/components/dialog';
import css from '@/features/operations/components/shared.module.css';
import { useChangeRole } from './queries';

const ROLES: readonly { role: Role; may: string }[] = [
  { role: 'traveller', may: 'Books for themselves, and sees nothing of the console' },
  { role: 'agent', may: 'Sees everything, and changes nothing' },
  { role: 'admin', may: 'Sees and changes everything' },
];

interface Props {
  user: User;
  onClose: () => void;
}

/** Gives an account another role. The account is signed out everywhere, so that the new role has effect at once. */
export function ChangeRole({ user, onClose }: Props) {
  const [role, setRole] = useState<Role>(user.role);
  const change = useChangeRole();
  return (
    <Dialog title={`Role of ${user.username}`} onClose={onClose}>
      <div className={css.form}>
        <Radio.Group aria-label="Role" value={role} onChange={(value) => setRole(value as Role)}>
          <Stack gap="sm">
            {ROLES.map(({ role: each, may }) => (
              <Radio key={each} value={each} label={each} description={may} />
            ))}
          </Stack>
        </Radio.Group>
        <p>The account is signed out everywhere. The audit log records the change.</p>
        {change.isError && <ProblemNote error={change.error} title="The role was not changed." />}
        <Group justify="flex-end">
          <Button size="sm" variant="default" onClick={onClose}>
            Do not change
          </Button>
          <Button
            size="sm"
            disabled={role === user.role}
            loading={change.isPending}
            onClick={() => change.mutate({ id: user.id, role }, { onSuccess: onClose })}
          >
            Change the role
          </Button>
        </Group>
      </div>
    </Dialog>
  );
}
