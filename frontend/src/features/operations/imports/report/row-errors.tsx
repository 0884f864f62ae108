import { Table } from '@mantine/core';
import type { ImportView } from '@/lib/api-types';
import { usePhone } from '@/lib/hooks/use-phone';
import css from './row-errors.module.css';

/** The first errors of an import, each with its line, its column and its value in the file. */
export function RowErrors({ report }: { report: ImportView }) {
  const { errors, failed } = report;
  const phone = usePhone();
  return (
    <div>
      <h3 className={css.title}>Line by line</h3>
      {failed > errors.length && (
        <p className={css.note}>
          The first {errors.length} errors are shown; the file of failed rows has all of them.
        </p>
      )}
      {/* With roles, because on a phone the cells are displayed as blocks, and blocks would not be read out as a table. */}
      <Table verticalSpacing="xs" className={css.table} role="table">
        <Table.Thead role="rowgroup" data-spoken-only={phone || undefined}>
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
