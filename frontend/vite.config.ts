import { fileURLToPath } from 'node:url';
import { lingui } from '@lingui/vite-plugin';
import react from '@vitejs/plugin-react';
import { defineConfig } from 'vitest/config';
import { chunkFileNames, FEW_CHUNKS } from './build/chunks.ts';
import { compressedAssets } from './build/compressed-assets.ts';
import { englishMessages } from './build/english-messages.ts';
import { firstScript } from './build/first-script.ts';
import { swaggerAssets } from './build/swagger-assets.ts';

const API = 'http://127.0.0.1:8000';

export default defineConfig({
  plugins: [
    lingui({ macroTransform: { macro: { descriptorFields: 'message' } }, failOnCompileError: true }),
    englishMessages(),
    react(),
    firstScript(),
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
    rolldownOptions: { output: { codeSplitting: FEW_CHUNKS, chunkFileNames } },
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
