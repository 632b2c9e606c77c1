import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import vue from '@vitejs/plugin-vue'
import { defineConfig, type Plugin } from 'vite'

/** What both pages say where their program has not come. */
const notLoaded: Plugin = {
  name: 'not-loaded',
  transformIndexHtml: (page) =>
    page.replace('<!-- not-loaded.html -->', () =>
      readFileSync(join(import.meta.dirname, 'not-loaded.html'), 'utf8'),
    ),
}

/** Two pages: the desktop window (also headless in a browser) and the relay's web console. */
export default defineConfig({
  root: import.meta.dirname,
  base: './',
  plugins: [vue(), notLoaded],
  define: {
    __VUE_PROD_DEVTOOLS__: 'false',
    __VUE_I18N_FULL_INSTALL__: 'true',
    __VUE_I18N_LEGACY_API__: 'false',
    __INTLIFY_PROD_DEVTOOLS__: 'false',
  },
  build: {
    outDir: 'dist',
    emptyOutDir: true,
    target: 'es2023',
    // the parts of the page come from the same computer, so a large one costs nothing worth a warning
    chunkSizeWarningLimit: 1_000,
    // For the notices in the packages: build/notices.
    license: { fileName: 'licences.json' },
    rolldownOptions: { input: { desktop: 'index.html', console: 'console.html' } },
  },
})
