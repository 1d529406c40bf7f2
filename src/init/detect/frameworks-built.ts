import { plainLaunch } from '../types.js'
import { frameworkTarget } from './frameworks.js'
import { broken, refused, type Project, type Target } from './target.js'

interface Built {
  name: string
  /** The package that makes it this framework. */
  package: string
  /** The package without which there is no server, and what to do to have it. */
  needs?: { package: string; next: string }
  /** The server that its build writes, or the command of the package that serves it. */
  entry?: (project: Project) => string | undefined
  command?: string[]
  /** What the server wants set, so that it can be reached from outside the dyno. */
  env?: Record<string, string>
  build: string
}

/**
 * Nitro would cut idle connections at the signal, on which the router's next requests are on their
 * way; the runtime drains them: https://nitro.build/deploy/runtimes/node
 */
const UNCUT = { NITRO_SHUTDOWN_DISABLED: 'true' }

/** What serves each framework's build on Node.js, from their own documents on deployment. */
const BUILT: Built[] = [
  {
    name: 'Nuxt',
    package: 'nuxt',
    entry: () => '.output/server/index.mjs',
    build: 'nuxt build',
    env: UNCUT,
  },
  {
    name: 'SvelteKit',
    package: '@sveltejs/kit',
    entry: () => 'build/index.js',
    build: 'vite build',
    needs: {
      package: '@sveltejs/adapter-node',
      next:
        'npm install --save-dev @sveltejs/adapter-node, and name it in svelte.config.js: ' +
        'https://svelte.dev/docs/kit/adapter-node',
    },
  },
  {
    // Standalone, it listens on localhost alone unless HOST says otherwise:
    // https://docs.astro.build/en/guides/integrations-guide/node/#standalone
    name: 'Astro',
    package: 'astro',
    entry: () => 'dist/server/entry.mjs',
    build: 'astro build',
    env: { HOST: '0.0.0.0' },
    needs: {
      package: '@astrojs/node',
      next:
        'npx astro add node, with mode `standalone`, makes a server of it; a site of pages ' +
        'alone is served with: npm install serve, "start": "serve dist"',
    },
  },
  {
    // https://analogjs.org/docs/features/deployment/providers#nodejs-deployment
    name: 'Analog',
    package: '@analogjs/platform',
    entry: () => 'dist/analog/server/index.mjs',
    build: 'vite build',
    env: UNCUT,
  },
  {
    name: 'SolidStart',
    package: '@solidjs/start',
    entry: () => '.output/server/index.mjs',
    build: 'vinxi build',
    env: UNCUT,
  },
  {
    // https://qwik.dev/docs/deployments/node/
    name: 'Qwik City',
    package: '@builder.io/qwik-city',
    entry: qwikServer,
    build: 'qwik build',
  },
  { name: 'Angular SSR', package: '@angular/ssr', entry: angularServer, build: 'ng build' },
  {
    name: 'TanStack Start',
    package: '@tanstack/react-start',
    entry: () => '.output/server/index.mjs',
    build: 'vite build',
    needs: {
      package: 'nitro',
      next:
        'npm install nitro, and add its plugin to vite.config: ' +
        'https://tanstack.com/start/latest/docs/framework/react/guide/hosting',
    },
  },
  {
    name: 'React Router',
    package: '@react-router/node',
    command: ['react-router-serve', './build/server/index.js'],
    build: 'react-router build',
    needs: { package: '@react-router/serve', next: 'npm install @react-router/serve' },
  },
  {
    name: 'Remix',
    package: '@remix-run/node',
    command: ['remix-serve', './build/server/index.js'],
    build: 'remix vite:build',
    needs: { package: '@remix-run/serve', next: 'npm install @remix-run/serve' },
  },
  { name: 'Next.js', package: 'next', command: ['next', 'start'], build: 'next build' },
  {
    name: 'Nitro',
    package: 'nitropack',
    entry: () => '.output/server/index.mjs',
    build: 'nitropack build',
    env: UNCUT,
  },
]

/**
 * The server of a framework whose project has no start script; undefined if no framework is known
 * among its dependencies.
 */
export function frameworkWithoutStart(
  project: Project,
): { name: string; target: Target } | undefined {
  const packages = { ...project.pkg.dependencies, ...project.pkg.devDependencies }
  const found = BUILT.find((each) => packages[each.package] !== undefined)
  if (!found || hasOwnServer(project)) return undefined
  return { name: found.name, target: targetOf(found, packages, project) }
}

function targetOf(
  { name, needs, entry, command, env = {}, build }: Built,
  packages: Record<string, string>,
  project: Project,
): Target {
  if (needs && packages[needs.package] === undefined)
    return broken(`${name} builds no server without the package ${needs.package}`, needs.next)
  if (!project.build)
    return broken(
      `${name} has not been built, and Heroku has no build script to run`,
      `Add a script called \`build\` to package.json, such as "build": "${build}".`,
    )
  if (command)
    return (
      frameworkTarget(command[0]!, command.slice(1), project) ??
      refused(
        `\`${command[0]}\` is not among the dependencies`,
        `npm install ${needs?.package ?? command[0]}`,
      )
    )
  const file = entry?.(project)
  if (file === undefined)
    return refused(
      `shipit cannot tell where ${name} puts its server`,
      'Name it: shipit init --entry FILE',
    )
  return {
    kind: 'script',
    entry: file,
    launch: { ...plainLaunch(), env },
    how: `${file}, the server that ${name} builds`,
    before: [],
    notes: [],
  }
}

/** What a framework's server wants set, if a start script of the user's own names its file. */
export function builtServerEnv(entry: string, project: Project): Record<string, string> {
  const packages = { ...project.pkg.dependencies, ...project.pkg.devDependencies }
  const found = BUILT.find((each) => packages[each.package] !== undefined)
  return found?.env !== undefined && found.entry?.(project) === entry ? found.env : {}
}

/** A server of the app's own, which serves the framework's build itself. */
const hasOwnServer = ({ folder }: Project) =>
  ['server.js', 'server.mjs', 'server.cjs', 'server.ts'].some((name) => folder.isFile(name))

/** Its adapters for Node.js write server/entry.NAME.js, each from a source of its own. */
function qwikServer({ folder }: Project): string | undefined {
  const name = ['express', 'fastify', 'node-server'].find((each) =>
    folder.isFile(`src/entry.${each}.tsx`),
  )
  return name && `server/entry.${name}.js`
}

/**
 * https://angular.dev/guide/ssr: dist/<project>/server/server.mjs, by the first project of
 * angular.json.
 */
function angularServer({ folder, pkg }: Project): string | undefined {
  const [, first] = /"projects"\s*:\s*\{\s*"([^"]+)"/.exec(folder.read('angular.json') ?? '') ?? []
  const project = first ?? pkg.name
  return project === undefined ? undefined : `dist/${project}/server/server.mjs`
}
