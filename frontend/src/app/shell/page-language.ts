import { useEffect } from 'react';
import { type Language, preferredLanguage, showLanguage } from '@/lib/language';

/** The console of the staff is in English only. */
export function languageOfPage(path: string): Language {
  return isOfConsole(path) ? 'en' : preferredLanguage();
}

export function isOfConsole(path: string): boolean {
  return path.startsWith('/operations');
}

/** Shows the page in its language, also after going from the console to a page of travellers. */
export function usePageLanguage(path: string): void {
  useEffect(() => {
    void showLanguage(languageOfPage(path));
  }, [path]);
}
