import { afterEach, expect, test, vi } from 'vitest';
import { chooseLanguage, locale, preferredLanguage, showLanguage, shownLanguage } from './language';
import { lowestPrices, money } from './money';
import { networkProblem } from './problem';
import { dayText, durationText, elapsedText } from './time/time';

afterEach(() => vi.unstubAllGlobals());

function browserSpeaks(...languages: string[]) {
  vi.spyOn(navigator, 'languages', 'get').mockReturnValue(languages);
}

test('the first known language of the browser is preferred, else English', () => {
  browserSpeaks('fr-FR', 'de-AT', 'hi');
  expect(preferredLanguage()).toBe('de');
  browserSpeaks('fr-FR');
  expect(preferredLanguage()).toBe('en');
});

test.each([
  ['en-US@posix', 'en-US'],
  ['de_AT.UTF-8', 'de-AT'],
  ['C', 'en-GB'],
  ['en-', 'en-GB'],
])('a browser that calls its language %s is understood', async (name, tag) => {
  browserSpeaks('*', name);
  const language = preferredLanguage();
  await showLanguage('hi');
  await showLanguage(language);
  expect(locale()).toBe(tag);
  expect(new Intl.PluralRules(locale()).select(1)).toBe('one');
});

test('a choice is remembered and counts more than the browser', async () => {
  browserSpeaks('de-DE');
  await chooseLanguage('hi');
  expect(localStorage.getItem('skyqueue.language')).toBe('hi');
  expect(preferredLanguage()).toBe('hi');
  expect(document.documentElement.lang).toBe('hi');
});

test('what is stored and is no language of the app is ignored', () => {
  browserSpeaks('de-DE');
  for (const stored of ['xx', 'constructor', '']) {
    localStorage.setItem('skyqueue.language', stored);
    expect(preferredLanguage()).toBe('de');
  }
});

test('where nothing can be stored, the choice lasts as long as the page', async () => {
  vi.stubGlobal('localStorage', {
    getItem: () => {
      throw new DOMException('denied', 'SecurityError');
    },
    setItem: () => {
      throw new DOMException('denied', 'SecurityError');
    },
    clear: () => undefined,
    removeItem: () => undefined,
  });
  expect(preferredLanguage()).toBe('en');
  await chooseLanguage('de');
  expect(preferredLanguage()).toBe('de');
  expect(shownLanguage()).toBe('de');
});

test('of two choices the last one is shown, whichever catalogue comes first', async () => {
  await Promise.all([chooseLanguage('de'), chooseLanguage('hi'), chooseLanguage('en')]);
  expect(shownLanguage()).toBe('en');
});

test('days, durations and money are written in the language that is shown', async () => {
  browserSpeaks('de-DE', 'hi-IN', 'en-GB');
  const prices = [
    { price: '9000.00', currency: 'INR' },
    { price: '90.00', currency: 'EUR' },
  ];
  const texts = () => [
    dayText('2026-12-01', '2026-11-01'),
    durationText(135),
    durationText(2 * 1440 + 240),
    elapsedText(2_500_000),
    elapsedText(12_300),
    money('120000.50', 'INR'),
    lowestPrices(prices, 1),
  ];
  await showLanguage('en');
  expect(texts()).toEqual([
    'Tue 1 Dec',
    '2 h 15 min',
    '2 days 4 h',
    '41 min 40 s',
    '12.3 s',
    '₹120,000.50',
    '₹9,000 or €90',
  ]);
  await showLanguage('de');
  expect(texts()).toEqual([
    'Di., 1. Dez.',
    '2 h 15 min',
    '2 Tage 4 h',
    '41 min 40 s',
    '12,3 s',
    '120.000,50\u00a0₹',
    '9.000\u00a0₹ oder 90\u00a0€',
  ]);
  await showLanguage('hi');
  expect(texts()).toEqual([
    'मंगल, 1 दिस॰',
    '2 घं॰ 15 मि॰',
    '2 दिन 4 घं॰',
    '41 मि॰ 40 से॰',
    '12.3 से॰',
    '₹1,20,000.50',
    '₹9,000 या €90',
  ]);
});

test('an error on the screen is shown in the present language', async () => {
  const problem = networkProblem();
  expect(problem.message).toMatch(/^The server cannot be reached/);
  await showLanguage('de');
  expect(problem.message).toMatch(/^Der Server ist nicht erreichbar/);
});
