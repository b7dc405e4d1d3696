import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';

export default defineConfig({
  plugins: [react()],
  // Relative, so that the page can be served from any folder or from IPFS.
  base: './',
  build: { target: 'es2022', sourcemap: false, assetsInlineLimit: 0 },
});
