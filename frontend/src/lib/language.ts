import { i18n, type Messages } from '@lingui/core';
import { listFormat } from './intl';

/** The languages of the travellers' pages, by their own names. English is the language of the code, and of the console. */
export const LANGUAGES = { en: 'English', de: 'Deutsch', hi: 'हिन्दी' } as const;
export type Language = keyof typeof LANGUAGES;

const STORAGE_KEY = 'skyqueue.language';

/** The regions for dates and numbers if the browser has none for the language. */
const REGIONS: Record<Language, string> = { en: 'en-GB', de: 'de-DE', hi: 'hi-IN' };

/** English has no catalogue: its texts are in the code. They are also shown if a catalogue cannot be loaded. */
const CATALOGUES: Record<Exclude<Language, 'en'>, () => Promise<{ messages: Messages }>> = {
  de: () => import('@/locales/de.po'),
  hi: async () => {
    const letters = import('@fontsource-variable/noto-sans-devanagari/index.css');
    const [catalogue] = await Promise.all([import('@/locales/hi.po'), letters]);
    return catalogue;
  },
};

/** The language that was chosen on this page. It is needed because some browsers store nothing. */
let chosen: Language | null = null;
/** The language that was requested last. A catalogue that is loaded after another choice is not shown. */
let requested: Language = 'en';
activate('en', {});

/** The language that is shown, also for dates and numbers. */
export function shownLanguage(): Language {
  return i18n.locale as Language;
}

/** For `Intl`: the language with a region, such as `de-AT` or `en-IN`. */
export function locale(): string {
  return i18n.locales as string;
}

/** `AI-202 and BA-138` */
export function listText(words: readonly string[]): string {
  return listFormat(locale(), {}).format(words);
}

/** The language that was chosen in this browser, else the first language of the browser that the app has, else English. */
export function preferredLanguage(): Language {
  return (
    chosen ??
    stored() ??
    browserTags()
      .map(languageOf)
      .find((language) => language !== null) ??
    'en'
  );
}

/** Stores the choice, and shows the language. */
export function chooseLanguage(language: Language): Promise<void> {
  chosen = language;
  try {
    localStorage.setItem(STORAGE_KEY, language);
  } catch {
    // A private window may store nothing: the choice lasts as long as the page.
  }
  return showLanguage(language);
}

/** Shows a language when its catalogue is loaded. If that fails, the page stays as it is, and no error is thrown. */
export async function showLanguage(language: Language): Promise<void> {
  requested = language;
  if (language === shownLanguage()) return;
  const messages =
    language === 'en'
      ? {}
      : await CATALOGUES[language]().then(
          ({ messages: own }) => own,
          () => null,
        );
  if (messages && requested === language) activate(language, messages);
}

/** Resets the choice. For tests. */
export function resetLanguage(): void {
  chosen = null;
  requested = 'en';
  activate('en', {});
}

function activate(language: Language, messages: Messages): void {
  i18n.load(language, messages);
  i18n.activate(language, regionOf(language));
  document.documentElement.lang = language;
}

function regionOf(language: Language): string {
  return browserTags().find((tag) => languageOf(tag) === language && tag.includes('-')) ?? REGIONS[language];
}

/**
 * The languages of the browser, in their order. Some systems name them as `en-US@posix` or `en_US.UTF-8`, which `Intl` refuses; a
 * name that it refuses after this is left out.
 */
function browserTags(): string[] {
  return navigator.languages.flatMap((name) => {
    try {
      return Intl.getCanonicalLocales(name.replace(/[@.].*/, '').replaceAll('_', '-'));
    } catch {
      return [];
    }
  });
}

function stored(): Language | null {
  try {
    return languageOf(localStorage.getItem(STORAGE_KEY) ?? '');
  } catch {
    return null;
  }
}

/** `de` of `de-AT`; null for a language that the app does not have. */
function languageOf(tag: string): Language | null {
  const [name = ''] = tag.toLowerCase().split('-');
  return Object.hasOwn(LANGUAGES, name) ? (name as Language) : null;
}
