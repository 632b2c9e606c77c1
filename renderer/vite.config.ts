import vue from '@vitejs/plugin-vue'
import { defineConfig } from 'vite'

/** Two pages: the desktop window (also headless in a browser) and the relay's web console. */
export default defineConfig({
  root: import.meta.dirname,
  base: './',
  plugins: [vue()],
  build: {
    outDir: 'dist',
    emptyOutDir: true,
    target: 'es2023',
    rolldownOptions: { input: { desktop: 'index.html', console: 'console.html' } },
  },
})
