import { fileURLToPath } from 'node:url';
import { lingui } from '@lingui/vite-plugin';
import react from '@vitejs/plugin-react';
import { defineConfig } from 'vitest/config';
import { compressedAssets } from './build/compressed-assets.ts';
import { englishMessages } from './build/english-messages.ts';
import { swaggerAssets } from './build/swagger-assets.ts';

const API = 'http://127.0.0.1:8000';

export default defineConfig({
  plugins: [
    lingui({ macroTransform: { macro: { descriptorFields: 'message' } }, failOnCompileError: true }),
    englishMessages(),
    react(),
    swaggerAssets(),
    compressedAssets(),
  ],
  resolve: { alias: { '@': fileURLToPath(new URL('./src', import.meta.url)) } },
  server: {
    proxy: Object.fromEntries(
      ['/api', '/admin', '/schema', '/health', '/docs'].map((prefix) => [prefix, API]),
    ),
  },
  build: {
    // The page's content security policy allows no data: address for fonts or scripts.
    assetsInlineLimit: 0,
    reportCompressedSize: true,
    // In kB, before it is packed.
    chunkSizeWarningLimit: 700,
    // What the first page loads is one file: it is packed better than many small ones.
    rolldownOptions: { output: { codeSplitting: { groups: [{ name: 'start', tags: ['$initial'] }] } } },
  },
  test: {
    environment: 'happy-dom',
    setupFiles: ['src/testing/setup.ts'],
    css: false,
    // One module registry for all files of a worker takes a third of the time. What modules remember is cleared in setup.ts.
    isolate: false,
    restoreMocks: true,
    silent: 'passed-only',
    testTimeout: 60_000,
  },
});
