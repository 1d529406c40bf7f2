import { frameworkWithoutStart } from './frameworks-built.js'
import { WATCHER } from './builds.js'
import { broken, type Project, type Target } from './target.js'
import { anyOf } from '../../lib/any-of.js'

const builtAndServed = (build: string, folder: string): string =>
  `Build it and serve the result: \`npm install serve\`, "build": "${build}", "start": ` +
  `"serve -s ${folder}".`

const builtAndStarted = (build: string, start: string): string =>
  `Build it and start the result: "build": "${build}", "start": "${start}".`

/** Commands that serve for development only, and what takes their place. */
const DEVELOPMENT: { command: RegExp; next: string; why?: string }[] = [
  {
    command: WATCHER,
    why: 'builds whenever a file changes, which none does in a dyno',
    next: 'Let Heroku build it once, with a script called `build`, and start what it makes alone.',
  },
  {
    command: /^(react-scripts|react-app-rewired|craco) start\b/,
    next: builtAndServed('react-scripts build', 'build'),
  },
  {
    command: /^vue-cli-service serve\b/,
    next: builtAndServed('vue-cli-service build', 'dist'),
  },
  {
    command: /^vite( preview| dev| serve|$| -)/,
    next: builtAndServed('vite build', 'dist'),
  },
  {
    command: /^(webpack serve|webpack-dev-server)\b/,
    next: builtAndServed('webpack', 'dist'),
  },
  {
    command: /^ng serve\b/,
    next: builtAndServed('ng build', 'dist/<project>/browser'),
  },
  { command: /^next( dev| develop|$)/, next: builtAndStarted('next build', 'next start') },
  {
    command: /^nux[ti]( dev| develop|$)/,
    next: `${builtAndStarted('nuxt build', 'node .output/server/index.mjs')} Of Nuxt 2: "nuxt start".`,
  },
  {
    command: /^astro( dev| develop|$)/,
    next:
      `${builtAndStarted('astro build', 'node dist/server/entry.mjs')} That takes the adapter ` +
      '@astrojs/node; pages alone are served by "serve dist" (`npm install serve`).',
  },
  {
    command: /^remix( dev| develop|$)/,
    next: builtAndStarted('remix vite:build', 'remix-serve build/server/index.js'),
  },
  {
    command: /^react-router( dev| develop|$)/,
    next: builtAndStarted('react-router build', 'react-router-serve build/server/index.js'),
  },
  {
    command: /^gatsby( dev| develop|$)/,
    next: `${builtAndStarted('gatsby build', 'serve public')} \`npm install serve\` brings the server.`,
  },
  {
    command: anyOf([
      /^(?:storybook dev|start-storybook|expo start|docusaurus (start|serve))\b/,
      /^(?:vitepress (dev|preview|serve)|vuepress dev|rsbuild (dev|preview)|rspack serve)\b/,
      /^(?:ember s(erve)?|quasar (dev|serve)|umi dev|snowpack dev|vinxi dev)\b/,
      /^(?:eleventy --serve|electron|browser-sync|live-server)\b/,
    ]),
    next:
      'Build it, and serve what it builds: `npm install serve`, "start": "serve -s FOLDER". Or use ' +
      'the static buildpack, without PM2: heroku buildpacks:set heroku-community/static',
  },
  {
    command: /^nx (serve|run \S+:serve)\b/,
    next: 'Build it and start what it builds: "build": "nx build NAME", "start": "node dist/apps/NAME/main.js".',
  },
  {
    command: /^vike( dev| preview|$)/,
    next: 'Start a server that serves what it builds: https://vike.dev/deploy',
  },
  {
    command: /^(astro preview|gatsby serve|parcel( serve)?)\b/,
    next: 'Start the built server, or serve the built folder with the package `serve`.',
  },
]

/** A server for development, which must not be started on Heroku; undefined for any other command. */
export function developmentServer(
  program: string,
  words: string[],
  project: Project,
): Target | undefined {
  const line = [program, ...words].join(' ')
  const known = DEVELOPMENT.find(({ command }) => command.test(line))
  if (!known) return undefined
  // A project that builds a server has something better to start than a folder of pages.
  const built = frameworkWithoutStart(project)?.target
  const start =
    built?.kind === 'script' && !built.entry.startsWith('node_modules/') ? built.entry : undefined
  return broken(
    `\`${line}\` ${known.why ?? 'is a server for development'}`,
    start === undefined
      ? known.next
      : `Start the server that it builds: npm pkg set scripts.start="node ${start}"`,
  )
}
