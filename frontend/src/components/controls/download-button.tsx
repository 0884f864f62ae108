import { Button } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { download } from '@/lib/http/download';
import { asProblem } from '@/lib/problem';

interface Props {
  /** A path of the API that requires the access token. */
  path: string;
  /** The name of the file that is saved. */
  name: string;
  icon?: ReactNode;
  size?: 'xs' | 'sm';
  children: string;
}

export function DownloadButton({ path, name, icon, size = 'sm', children }: Props) {
  const save = useMutation({ mutationFn: () => download(path, name) });
  return (
    <>
      <Button
        variant="default"
        size={size}
        leftSection={icon}
        loading={save.isPending}
        onClick={() => save.mutate()}
      >
        {children}
      </Button>
      {save.error && <span role="alert">{asProblem(save.error).message}</span>}
    </>
  );
}
