import { compileMessageOrThrow } from '@lingui/message-utils/compileMessage';
import type { Plugin } from 'vite';

const DESCRIPTOR = '/*i18n*/ {';

/**
 * Compiles the English messages where they stand, as Lingui compiles catalogues. So English needs no catalogue: each text is loaded
 * with the page that shows it, and it is what is shown when the catalogue of another language has not been loaded. It comes after
 * Lingui's own transformation, which marks what it has written.
 */
export function englishMessages(): Plugin {
  return {
    name: 'skyqueue:english-messages',
    apply: 'build',
    enforce: 'pre',
    transform: {
      filter: { code: DESCRIPTOR },
      handler(code) {
        const edits: Edit[] = [];
        visit(this.parse(code, { lang: 'jsx' }) as unknown as Node, (node) => {
          const message = messageOf(node, code);
          if (message) edits.push(message);
        });
        return { code: edits.sort((one, other) => other.start - one.start).reduce(applied, code), map: null };
      },
    },
  };
}

interface Edit {
  start: number;
  end: number;
  text: string;
}

function applied(code: string, { start, end, text }: Edit): string {
  return code.slice(0, start) + text + code.slice(end);
}

interface Node {
  type: string;
  start: number;
  end: number;
  [child: string]: unknown;
}

/** The message of a descriptor that Lingui has written; null for anything else. */
function messageOf(node: Node, code: string): Edit | null {
  if (node.type !== 'ObjectExpression') return null;
  if (!code.slice(0, node.start + 1).endsWith(DESCRIPTOR)) return null;
  const property = (node.properties as Node[]).find(
    ({ key }) => (key as Node | undefined)?.name === 'message',
  );
  const value = property?.value as Node | undefined;
  if (typeof value?.value !== 'string') return null;
  return { start: value.start, end: value.end, text: JSON.stringify(compileMessageOrThrow(value.value)) };
}

function visit(node: Node, see: (node: Node) => void): void {
  see(node);
  for (const child of Object.values(node)) {
    for (const each of Array.isArray(child) ? child : [child]) {
      if (isNode(each)) visit(each, see);
    }
  }
}

function isNode(value: unknown): value is Node {
  return typeof value === 'object' && value !== null && typeof (value as Node).type === 'string';
}
