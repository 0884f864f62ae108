import { t } from '@lingui/core/macro';
import { chooseLanguage, LANGUAGES, type Language, shownLanguage } from '@/lib/language';
import css from './language-select.module.css';

/** The language of all pages, which changes at once. While its catalogue cannot be loaded, it stays as it was. */
export function LanguageSelect() {
  return (
    <select
      className={css.select}
      aria-label={t`Language`}
      value={shownLanguage()}
      onChange={({ currentTarget }) => chooseLanguage(currentTarget.value as Language)}
    >
      {Object.entries(LANGUAGES).map(([language, name]) => (
        <option key={language} value={language} lang={language}>
          {name}
        </option>
      ))}
    </select>
  );
}
