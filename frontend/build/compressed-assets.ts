import { brotliCompressSync, constants, gzipSync } from 'node:zlib';
import type { Plugin } from 'vite';

const COMPRESSIBLE = /\.(js|css|svg)$/;

/** Puts compressed copies beside each script and style sheet in `dist/assets/`: the API sends a browser what it takes. */
export function compressedAssets(): Plugin {
  return {
    name: 'skyqueue:compressed-assets',
    apply: 'build',
    enforce: 'post',
    generateBundle(_, bundle) {
      for (const [fileName, file] of Object.entries(bundle)) {
        if (!fileName.startsWith('assets/') || !COMPRESSIBLE.test(fileName)) continue;
        const content = file.type === 'chunk' ? file.code : file.source;
        const copy = (ending: string, source: Uint8Array) =>
          this.emitFile({ type: 'asset', fileName: `${fileName}.${ending}`, source });
        copy('gz', gzipSync(content, { level: 9 }));
        copy('br', brotliCompressSync(content, { params: { [constants.BROTLI_PARAM_QUALITY]: 11 } }));
      }
    },
  };
}
