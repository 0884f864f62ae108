import { Table } from '@mantine/core';
import type { RowError } from '@/lib/wire';
import css from './row-errors.module.css';

/** The first errors, in the words of the file: its line, its column, what stands there. */
export function RowErrors({ errors, failed }: { errors: RowError[]; failed: number }) {
  return (
    <div>
      <h3 className={css.title}>What to fix</h3>
      <p className={css.note}>
        Good rows are in already. Correct these and upload the file again: rows that are in stay as they are.
        {failed > errors.length && ` The first ${errors.length} errors are shown.`}
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
                <Table.Td className={css.code}>{error.column}</Table.Td>
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
