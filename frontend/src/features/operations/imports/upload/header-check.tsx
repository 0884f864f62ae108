import { useQuery } from '@tanstack/react-query';
import css from '@/features/operations/components/console.module.css';
import sharedCss from '@/features/operations/components/shared.module.css';
import type { Encoding } from '@/lib/api-types';
import { readHeader } from './header';

interface Props {
  file: File;
  encoding: Encoding;
}

/** Checks the header of a chosen file before it is sent: which columns are read, unknown or missing. Shows the first rows. */
export function HeaderCheck({ file, encoding }: Props) {
  const { data: header } = useQuery({
    queryKey: ['operations', 'header', file.name, file.size, file.lastModified, encoding],
    queryFn: () => readHeader(file, encoding),
    gcTime: 0,
  });
  if (header === undefined) return null;
  if (header === null) {
    return (
      <p className={css.warn}>
        The file has no first line that names its columns: it is empty, not a CSV file, or in another
        encoding.
      </p>
    );
  }
  const unknown = header.columns.filter(({ use }) => use === 'unknown').map(({ name }) => name);
  return (
    <section className={sharedCss.form} aria-label="Header of the file">
      {header.unreadable && (
        <p className={css.warn}>
          Some letters cannot be read in this encoding: they are shown as �. Choose another encoding.
        </p>
      )}
      {header.missing.length > 0 && (
        <p className={css.bad}>
          Missing: <strong>{header.missing.join(', ')}</strong>.{' '}
          {header.comesLater
            ? 'A later line names all columns: remove the lines before it.'
            : 'The first line must name these columns.'}
        </p>
      )}
      {unknown.length > 0 && (
        <p className={css.bad}>
          Unknown: <strong>{unknown.join(', ')}</strong>. A column whose name begins with _ is ignored.
        </p>
      )}
      {header.missing.length + unknown.length === 0 && (
        <p className={css.good}>The header is right. The first rows as they are read:</p>
      )}
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reached by the keyboard */}
      <section className={css.scroll} aria-label="First rows" tabIndex={0}>
        <table className={css.table}>
          <thead>
            <tr>
              {header.columns.map(({ name, use }, index) => (
                // biome-ignore lint/suspicious/noArrayIndexKey: the columns of a file keep their order
                <th key={index} scope="col" className={use === 'unknown' ? css.bad : undefined}>
                  {name}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {header.rows.map((row, line) => (
              // biome-ignore lint/suspicious/noArrayIndexKey: the rows of a file keep their order
              <tr key={line}>
                {row.map((cell, index) => (
                  // biome-ignore lint/suspicious/noArrayIndexKey: likewise
                  <td key={index}>{cell}</td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </section>
    </section>
  );
}
