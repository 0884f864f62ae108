import { i18n, type Messages } from '@lingui/core';
import { listFormat } from './intl';

/** The languages of the travellers' pages, by their own names. English is the language of the code, and of the console. */
export const LANGUAGES = { en: 'English', de: 'Deutsch', hi: 'हिन्दी' } as const;
export type Language = keyof typeof LANGUAGES;

const STORAGE_KEY = 'skyqueue.language';

/** The regions whose dates and numbers are written where the browser names none for the language. */
const REGIONS: Record<Language, string> = { en: 'en-GB', de: 'de-DE', hi: 'hi-IN' };

/** English has none: its texts are in the code, and stand for a catalogue that could not be loaded. */
const CATALOGUES: Record<Exclude<Language, 'en'>, () => Promise<{ messages: Messages }>> = {
  de: () => import('@/locales/de.po'),
  hi: async () => {
    const letters = import('@fontsource-variable/noto-sans-devanagari/index.css');
    const [catalogue] = await Promise.all([import('@/locales/hi.po'), letters]);
    return catalogue;
  },
};

/** What was chosen on this page: it counts also where nothing can be stored. */
let chosen: Language | null = null;
/** What was asked for last: a catalogue that comes later than another choice is not shown. */
let asked: Language = 'en';
activate('en', {});

/** The one that is shown, in which dates and numbers are written, too. */
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

/** The language that was chosen in this browser, else the first of its own that the app knows, else English. */
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

/** Remembers the choice, and shows it. */
export function chooseLanguage(language: Language): Promise<void> {
  chosen = language;
  try {
    localStorage.setItem(STORAGE_KEY, language);
  } catch {
    // A private window may store nothing: the choice lasts as long as the page.
  }
  return showLanguage(language);
}

/** Shows a language once its catalogue is there. Without it the page stays as it is, and nothing fails. */
export async function showLanguage(language: Language): Promise<void> {
  asked = language;
  if (language === shownLanguage()) return;
  const messages =
    language === 'en'
      ? {}
      : await CATALOGUES[language]().then(
          ({ messages: own }) => own,
          () => null,
        );
  if (messages && asked === language) activate(language, messages);
}

/** As if nothing had been chosen: for tests. */
export function resetLanguage(): void {
  chosen = null;
  asked = 'en';
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
