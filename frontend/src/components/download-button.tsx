import { Button } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { download } from '@/lib/download';
import { asProblem } from '@/lib/problem';

interface Props {
  /** An address of the API that needs the session. */
  path: string;
  /** What the file is called on the reader's machine. */
  name: string;
  children: string;
}

export function DownloadButton({ path, name, children }: Props) {
  const save = useMutation({ mutationFn: () => download(path, name) });
  return (
    <>
      <Button variant="default" size="sm" loading={save.isPending} onClick={() => save.mutate()}>
        {children}
      </Button>
      {save.error && <span role="alert">{asProblem(save.error).message}</span>}
    </>
  );
}
