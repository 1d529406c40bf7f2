import type { Framework } from './table.js'
import type { Workshop } from './workshop.js'

/**
 * https://nextjs.org/docs/app/api-reference/cli/create-next-app; without --empty, its build takes
 * fonts from Google.
 */
const createNext = (shop: Workshop): Promise<string> =>
  shop.npx(
    'create-next-app@16',
    'app',
    '--ts',
    '--no-tailwind',
    '--no-eslint',
    '--app',
    '--src-dir',
    '--no-react-compiler',
    '--import-alias',
    '@/*',
    '--use-npm',
    '--disable-git',
    '--empty',
    '--yes',
  )

const NEXT_PAGE = { path: '/', text: 'Hello world!' }

export const next: Framework = {
  name: 'Next.js',
  package: 'next',
  page: NEXT_PAGE,
  async make(shop) {
    await createNext(shop)
    return shop.folder('app')
  },
}

/**
 * https://nextjs.org/docs/app/api-reference/config/next-config-js/output#automatically-copying-traced-files
 */
export const nextStandalone: Framework = {
  name: 'Next.js, standalone output',
  package: 'next',
  page: NEXT_PAGE,
  async make(shop) {
    await createNext(shop)
    const dir = await shop.write('app', {
      'next.config.ts': "export default { output: 'standalone' }\n",
      'public/robots.txt': 'User-agent: *\nAllow: /\n',
    })
    await shop.npm(
      'app',
      'pkg',
      'set',
      'scripts.build=next build && cp -r public .next/standalone/ && cp -r .next/static .next/standalone/.next/',
      'scripts.start=node .next/standalone/server.js',
    )
    return dir
  },
}

/** https://svelte.dev/docs/cli/sv-create, https://svelte.dev/docs/kit/adapter-node */
export const svelteKit: Framework = {
  name: 'SvelteKit, adapter-node',
  package: '@sveltejs/kit',
  page: { path: '/', text: 'Welcome to SvelteKit' },
  async make(shop) {
    await shop.npx(
      'sv@0',
      'create',
      'app',
      '--template',
      'minimal',
      '--types',
      'ts',
      '--add',
      'sveltekit-adapter=adapter:node',
      '--install',
      'npm',
    )
    return shop.folder('app')
  },
}

/**
 * The generator takes its templates from GitHub; this is its smallest by hand, with the node
 * adapter: https://docs.astro.build/en/install-and-setup/#manual-setup,
 * https://docs.astro.build/en/guides/integrations-guide/node/
 */
export const astro: Framework = {
  name: 'Astro, node adapter',
  package: 'astro',
  node: 24,
  page: { path: '/', text: 'Hello from Astro' },
  async make(shop) {
    const dir = await shop.write('app', {
      'package.json': {
        name: 'app',
        type: 'module',
        version: '0.0.1',
        scripts: {
          dev: 'astro dev',
          build: 'astro build',
          preview: 'astro preview',
          astro: 'astro',
        },
      },
      'astro.config.mjs':
        "import { defineConfig } from 'astro/config'\nimport node from '@astrojs/node'\nexport default defineConfig({ output: 'server', adapter: node({ mode: 'standalone' }) })\n",
      'src/pages/index.astro':
        '---\nconst name = \'Astro\'\n---\n<html lang="en"><head><title>{name}</title></head><body><h1>Hello from {name}</h1></body></html>\n',
      'tsconfig.json': { extends: 'astro/tsconfigs/strict' },
      '.gitignore': 'dist/\n.astro/\nnode_modules/\n.env\n',
    })
    await shop.npm('app', 'install', 'astro@7', '@astrojs/node@11')
    return dir
  },
}

/**
 * The generator takes its templates from GitHub; this is its smallest by hand:
 * https://nuxt.com/docs/getting-started/installation
 */
export const nuxt: Framework = {
  name: 'Nuxt',
  package: 'nuxt',
  node: 24,
  page: { path: '/', text: 'Hello from Nuxt' },
  async make(shop) {
    const dir = await shop.write('app', {
      'package.json': {
        name: 'app',
        type: 'module',
        private: true,
        scripts: {
          build: 'nuxt build',
          dev: 'nuxt dev',
          generate: 'nuxt generate',
          preview: 'nuxt preview',
          postinstall: 'nuxt prepare',
        },
      },
      'nuxt.config.ts':
        "export default defineNuxtConfig({ compatibilityDate: '2025-07-15', devtools: { enabled: true }, telemetry: false })\n",
      'app/app.vue':
        "<script setup>\nconst name = 'Nuxt'\n</script>\n<template>\n  <h1>Hello from {{ name }}</h1>\n</template>\n",
      'tsconfig.json': {
        files: [],
        references: [
          { path: './.nuxt/tsconfig.app.json' },
          { path: './.nuxt/tsconfig.server.json' },
        ],
      },
      '.gitignore':
        '.output\n.data\n.nuxt\n.nitro\n.cache\ndist\nnode_modules\nlogs\n*.log\n.env\n',
    })
    await shop.npm('app', 'install', 'nuxt@4', 'vue', 'vue-router')
    return dir
  },
}

/**
 * The generator takes its template from GitHub; this is a reduced one by hand:
 * https://reactrouter.com/start/framework/installation
 */
export const reactRouter: Framework = {
  name: 'React Router, framework mode',
  package: 'react-router',
  node: 24,
  page: { path: '/', text: 'Hello from React Router' },
  async make(shop) {
    const dir = await shop.write('app', {
      'package.json': {
        name: 'app',
        private: true,
        type: 'module',
        scripts: {
          build: 'react-router build',
          dev: 'react-router dev',
          start: 'react-router-serve ./build/server/index.js',
          typecheck: 'react-router typegen && tsc',
        },
      },
      'react-router.config.ts': 'export default { ssr: true }\n',
      'vite.config.ts':
        "import { reactRouter } from '@react-router/dev/vite'\nimport { defineConfig } from 'vite'\nexport default defineConfig({ plugins: [reactRouter()] })\n",
      'tsconfig.json': {
        include: ['**/*', '.react-router/types/**/*'],
        compilerOptions: {
          lib: ['DOM', 'ES2022'],
          types: ['vite/client'],
          target: 'ES2022',
          module: 'ES2022',
          moduleResolution: 'bundler',
          jsx: 'react-jsx',
          noEmit: true,
          strict: true,
        },
      },
      'app/root.tsx':
        'import { Links, Meta, Outlet, Scripts } from \'react-router\'\nexport default function App() {\n  return <html lang="en"><head><Meta /><Links /></head><body><Outlet /><Scripts /></body></html>\n}\n',
      'app/routes.ts':
        "import { index } from '@react-router/dev/routes'\nexport default [index('routes/home.tsx')]\n",
      'app/routes/home.tsx':
        "export const loader = () => ({ name: 'React Router' })\nexport default function Home({ loaderData }: { loaderData: { name: string } }) {\n  return <h1>{`Hello from ${loaderData.name}`}</h1>\n}\n",
      '.gitignore': 'node_modules/\n.react-router/\nbuild/\n.env\n',
    })
    await shop.npm(
      'app',
      'install',
      '@react-router/node@8.4.0',
      '@react-router/serve@8.4.0',
      'react-router@8.4.0',
      'isbot@5',
      'react@19',
      'react-dom@19',
    )
    await shop.npm(
      'app',
      'install',
      '--save-dev',
      '@react-router/dev@8.4.0',
      'vite@8',
      'typescript@5.9',
      '@types/react@19',
    )
    return dir
  },
}
