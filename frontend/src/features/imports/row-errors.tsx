import { Table } from '@mantine/core';
import { DownloadButton } from '@/components/download-button';
import type { ImportView } from '@/lib/wire';
import css from './row-errors.module.css';

/** The first errors, in the words of the file: its line, its column, what stands there. */
export function RowErrors({ report }: { report: ImportView }) {
  const { errors, failed, dry_run: dryRun, failed_rows_url: failedRows } = report;
  return (
    <div>
      <div className={css.head}>
        <h3 className={css.title}>What to fix</h3>
        {failedRows && (
          <DownloadButton path={failedRows} name="rows-to-fix.csv">
            Download these rows
          </DownloadButton>
        )}
      </div>
      <p className={css.note}>
        {dryRun ? 'Every other row is fine.' : 'Every other row is in.'} Mend these and upload them again.
        {failed > errors.length &&
          ` The first ${errors.length} errors are shown; the download has all of them.`}
      </p>
      <Table.ScrollContainer minWidth={560}>
        <Table verticalSpacing="xs">
          <Table.Thead>
            <Table.Tr>
              <Table.Th>Line</Table.Th>
              <Table.Th>Column</Table.Th>
              <Table.Th>Value</Table.Th>
              <Table.Th>What is wrong</Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {errors.map((error) => (
              <Table.Tr key={`${error.line} ${error.column}`}>
                <Table.Td>{error.line}</Table.Td>
                <Table.Td className={css.code}>{error.column ?? 'whole row'}</Table.Td>
                <Table.Td className={css.code}>{error.value || '(nothing)'}</Table.Td>
                <Table.Td>{error.message}</Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      </Table.ScrollContainer>
    </div>
  );
}
