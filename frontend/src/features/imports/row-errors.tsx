import { Table } from '@mantine/core';
import { DownloadButton } from '@/components/controls/download-button';
import type { ImportView } from '@/lib/wire';
import css from './row-errors.module.css';

/** The first errors of an import, each with its line, its column and its value in the file. */
export function RowErrors({ report }: { report: ImportView }) {
  const { errors, failed, failed_rows_url: failedRows } = report;
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
        {otherRowsText(report)} Correct these rows and upload them again.
        {failed > errors.length &&
          ` The first ${errors.length} errors are shown; the download has all of them.`}
      </p>
      {/* With roles, because on a phone the cells are displayed as blocks, and blocks would not be read out as a table. */}
      <Table verticalSpacing="xs" className={css.table} role="table">
        <Table.Thead role="rowgroup">
          <Table.Tr role="row">
            <Table.Th role="columnheader">Line</Table.Th>
            <Table.Th role="columnheader">Column</Table.Th>
            <Table.Th role="columnheader">Value</Table.Th>
            <Table.Th role="columnheader">What is wrong</Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody role="rowgroup">
          {errors.map((error) => (
            <Table.Tr key={`${error.line} ${error.column}`} role="row">
              <Table.Td role="cell" className={css.line}>
                {error.line}
              </Table.Td>
              <Table.Td role="cell" className={css.column}>
                {error.column ?? 'whole row'}
              </Table.Td>
              <Table.Td role="cell" className={css.value}>
                {error.value || '(empty)'}
              </Table.Td>
              <Table.Td role="cell" className={css.wrong}>
                {error.message}
              </Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </div>
  );
}

/** What became of the rows without errors, as far as the import has come. */
function otherRowsText({ status, dry_run: dryRun, created, updated, skipped }: ImportView): string {
  const good = created + updated + skipped;
  if (status === 'PENDING' || status === 'IN_PROGRESS') return 'The other rows are still being read.';
  if (good === 0) return dryRun ? 'No row is correct yet.' : 'No row is imported yet.';
  if (status === 'COMPLETED') return dryRun ? 'Every other row is correct.' : 'Every other row is imported.';
  const rows = `${good.toLocaleString('en-GB')} other ${good === 1 ? 'row' : 'rows'}`;
  return dryRun
    ? `${rows} read before it stopped ${good === 1 ? 'is' : 'are'} correct.`
    : `${rows} read before it stopped ${good === 1 ? 'is' : 'are'} imported.`;
}
