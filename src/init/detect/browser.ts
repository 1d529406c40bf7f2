import type { Target, Project } from './target.js'
import { broken } from './target.js'
import { anyOf } from '../../lib/any-of.js'

/** Builds of pages for the browser, and the folder that they write. */
const PAGES: { package: string; name: string; build: string; output: string }[] = [
  {
    package: 'react-scripts',
    name: 'Create React App',
    build: 'react-scripts build',
    output: 'build',
  },
  { package: '@vue/cli-service', name: 'Vue CLI', build: 'vue-cli-service build', output: 'dist' },
  {
    package: '@angular/core',
    name: 'Angular',
    build: 'ng build',
    output: 'dist/<project>/browser',
  },
  { package: 'gatsby', name: 'Gatsby', build: 'gatsby build', output: 'public' },
  { package: 'vite', name: 'Vite', build: 'vite build', output: 'dist' },
  { package: 'parcel', name: 'Parcel', build: 'parcel build index.html', output: 'dist' },
]

/** A server that comes with one of these makes the project more than a page. */
const SERVERS = anyOf([
  /^(?:express|fastify|koa|@hapi\/hapi|hono|@hono\/node-server|h3|polka|restify)$/,
  /^(?:@nestjs\/core|@angular\/ssr|@sveltejs\/kit|astro|nuxt|next|@remix-run\/\w+)$/,
  /^(?:@react-router\/(node|serve|express)|@tanstack\/(react|solid)-start|vike|vinxi)$/,
  /^(?:@redwoodjs\/core|socket\.io|ws)$/,
])

/**
 * A project that makes a page for the browser and nothing that serves it; undefined for any other.
 */
export function browserProject({ folder, pkg }: Project): Target | undefined {
  const names = Object.keys({ ...pkg.dependencies, ...pkg.devDependencies })
  if (names.includes('next') && exportsPages(folder))
    return serving("Next.js with `output: 'export'`", 'next build', 'out')
  if (names.some((name) => SERVERS.test(name))) return undefined
  const page = PAGES.find((each) => names.includes(each.package))
  if (!page || (page.package === 'vite' && !folder.isFile('index.html'))) return undefined
  return serving(page.name, page.build, page.output)
}

/**
 * Whether Next.js writes pages instead of a server:
 * https://nextjs.org/docs/app/guides/static-exports
 */
function exportsPages(folder: Project['folder']): boolean {
  const config = ['next.config.js', 'next.config.mjs', 'next.config.ts', 'next.config.cjs']
    .map((name) => folder.read(name))
    .find((text) => text !== undefined)
  return config !== undefined && /^[^/]*\boutput\s*:\s*['"`]export['"`]/m.test(config)
}

function serving(name: string, build: string, output: string): Target {
  return broken(
    `${name} makes a page for the browser, and nothing in this project serves it`,
    `Serve what it builds: \`npm install serve\`, "build": "${build}", "start": "serve -s ` +
      `${output}" in package.json (PM2's own \`serve\` does the same). Or use the static ` +
      'buildpack, without PM2: heroku buildpacks:set heroku-community/static',
  )
}
