import { svelte } from '@sveltejs/vite-plugin-svelte';
import { defineConfig } from 'vitest/config';

export default defineConfig(({ mode }) => ({
  plugins: [svelte()],
  build: {
    // WebKitGTK 2.40, the oldest this window runs in.
    target: 'safari16.4',
    // The CSP allows no data: fonts.
    assetsInlineLimit: 0,
    // Would add a script that fetches; one bundle needs no preloading.
    modulePreload: false,
  },
  server: { host: '127.0.0.1', port: 5173, strictPort: false },
  // Svelte's client build, not its server one, in tests.
  resolve: mode === 'test' ? { conditions: ['browser'] } : {},
  test: {
    // A test that needs a document says so itself.
    environment: 'node',
    include: ['src/**/*.test.ts'],
    // Else every stylesheet is empty; one test reads the colours.
    css: { include: /tokens\.css/ },
  },
}));
