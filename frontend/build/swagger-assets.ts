import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import type { Plugin } from 'vite';

const FILES = [
  'swagger-ui-bundle.js',
  'swagger-ui-standalone-preset.js',
  'swagger-ui.css',
  'favicon-32x32.png',
];

/** Puts Swagger UI's files into `dist/docs/`, so that the API's own pages load nothing from another host. */
export function swaggerAssets(): Plugin {
  return {
    name: 'skyqueue:swagger-assets',
    apply: 'build',
    generateBundle() {
      const folder = dirname(createRequire(import.meta.url).resolve('swagger-ui-dist/package.json'));
      for (const file of FILES) {
        this.emitFile({ type: 'asset', fileName: `docs/${file}`, source: readFileSync(join(folder, file)) });
      }
    },
  };
}
