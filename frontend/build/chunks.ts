import type { Rolldown } from 'vite';
import { FIRST } from './first-script.ts';

type Splitting = Exclude<Rolldown.OutputOptions['codeSplitting'], boolean | undefined>;

/** What the first script consists of, besides style sheets. */
const MODULES_OF_FIRST =
  /src\/app\/start\/(first|pages)\.ts$|src\/lib\/http\/prefetch\.ts$|vite\/preload-helper/;

/** What pages share is put together until it has so many bytes, before it is packed. */
const SMALL = 10_000;

/**
 * Few files, because each is a request, and larger ones are packed better: the first script; the app around the pages; what several pages
 * share; and each page.
 */
export const FEW_CHUNKS: Splitting = {
  groups: [
    { name: FIRST, test: MODULES_OF_FIRST, includeDependenciesRecursively: false, priority: 3 },
    { name: 'start', tags: ['$initial'], priority: 2 },
    { name: 'shared', minShareCount: 2, entriesAware: true, entriesAwareMergeThreshold: SMALL, priority: 1 },
  ],
};

/** What is shared is named after all pages that share it, which would be a long address. */
export function chunkFileNames({ name }: { name: string }): string {
  return name.startsWith('shared~') ? 'assets/shared-[hash].js' : 'assets/[name]-[hash].js';
}
