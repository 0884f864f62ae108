/** A catalogue is compiled when it is imported (`@lingui/vite-plugin`). */
declare module '*.po' {
  export const messages: import('@lingui/core').Messages;
}
