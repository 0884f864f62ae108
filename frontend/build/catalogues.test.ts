import { cpSync, mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { getCatalogs } from '@lingui/cli/api';
import { getConfig } from '@lingui/conf';
import { type CompiledMessage, compileMessageOrThrow } from '@lingui/message-utils/compileMessage';
import { describe, expect, test } from 'vitest';

const config = getConfig();
const [catalogue] = await getCatalogs(config);
if (!catalogue) throw new Error('lingui.config.ts names no catalogue');

/** What a message consists of besides its words: its values, those of them that decide a plural, and its tags. */
interface Parts {
  values: Set<string>;
  plurals: Set<string>;
  tags: Set<string>;
  /** The forms of each plural, without exact numbers (`=2`). */
  forms: string[][];
}

function partsOf(message: string): Parts {
  const parts: Parts = { values: new Set(), plurals: new Set(), tags: new Set(), forms: [] };
  collect(compileMessageOrThrow(message), parts);
  return parts;
}

function collect(tokens: CompiledMessage, parts: Parts): void {
  for (const token of tokens) {
    if (typeof token === 'string') {
      for (const [tag] of token.matchAll(/<\/?\d+\/?>/g)) parts.tags.add(tag);
      continue;
    }
    const [name, type, choices] = token;
    parts.values.add(name);
    if (type !== 'plural') continue;
    parts.plurals.add(name);
    const { offset: _, ...texts } = choices as Record<string, CompiledMessage>;
    parts.forms.push(Object.keys(texts).filter((form) => Number.isNaN(Number(form))));
    for (const text of Object.values(texts)) collect(text, parts);
  }
}

describe.each<string>(config.locales)('the catalogue %s', async (language) => {
  const messages = Object.values((await catalogue.read(language)) ?? {});

  test('has all texts of the code and no others: `npm run messages` changes nothing', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'messages-'));
    cpSync('src/locales', folder, { recursive: true });
    const catalogs = config.catalogs.map((each) => ({
      ...each,
      exclude: each.exclude ?? [],
      path: join(folder, '{locale}'),
    }));
    const [copy] = await getCatalogs({ ...config, catalogs });
    await copy?.make({ clean: true, overwrite: false, orderBy: config.orderBy });
    const file = `${language}.po`;
    expect(readFileSync(join(folder, file), 'utf8')).toBe(readFileSync(join('src/locales', file), 'utf8'));
  });

  test('translates every text', () => {
    expect(messages.length).toBeGreaterThan(500);
    expect(messages.filter(({ translation }) => !translation).map(({ message }) => message)).toEqual([]);
  });

  test('has the values and tags of the English texts', () => {
    for (const { message = '', translation = '' } of messages) {
      const { forms: _, ...english } = partsOf(message);
      const { forms: __, ...own } = partsOf(translation);
      expect(own, translation).toEqual(english);
    }
  });

  test('has every plural form of its language', () => {
    const { pluralCategories } = new Intl.PluralRules(language).resolvedOptions();
    for (const { translation = '' } of messages) {
      for (const forms of partsOf(translation).forms) {
        expect([...forms].sort(), translation).toEqual([...pluralCategories].sort());
      }
    }
  });
});
