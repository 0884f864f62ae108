import type { Plugin } from 'vite';

/** The name of the chunk. */
export const FIRST = 'first';

/**
 * Lets the browser run the chunk `first` as soon as it has it. The app imports that chunk, so without this it would run when all of the app
 * has been loaded.
 */
export function firstScript(): Plugin {
  return {
    name: 'skyqueue:first-script',
    apply: 'build',
    transformIndexHtml: {
      order: 'post',
      handler(_html, { bundle = {} }) {
        const first = Object.values(bundle).find((each) => each.type === 'chunk' && each.name === FIRST);
        if (!first) throw new Error(`There is no chunk ${FIRST}.`);
        const attrs = { type: 'module', async: true, crossorigin: true, src: `/${first.fileName}` };
        return [{ tag: 'script', attrs, injectTo: 'head' }];
      },
    },
  };
}
