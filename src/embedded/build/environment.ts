import { homedir } from 'node:os'
import path from 'node:path'
import { looksSecret } from '../../lib/looks-secret.js'
import { anyOf } from '../../lib/any-of.js'

/**
 * Config vars that do not reach a build (heroku-buildpack-nodejs, lib/environment.sh:
 * export_env_dir), and those that are the build's own here.
 */
const NEVER_FROM_CONFIG = new Set([
  'PATH',
  'GIT_DIR',
  'CPATH',
  'CPPATH',
  'LD_PRELOAD',
  'LIBRARY_PATH',
  'LANG',
  'BUILD_DIR',
  'HOME',
  'TMPDIR',
])

/**
 * MB of heap that a build's Node.js may use unless the config var NODE_OPTIONS says otherwise
 * (lib/environment.sh: create_build_env).
 */
const BUILD_NODE_OPTIONS = '--max_old_space_size=2560'

/**
 * Of the user's own environment only what reaching a registry takes: proxies, certificates, npm's
 * word about where and how.
 */
const KEPT = anyOf([
  /^(?:LANG|LC_\w+|https?_proxy|no_proxy|all_proxy|NODE_EXTRA_CA_CERTS)$/i,
  /^(?:SSL_CERT_(FILE|DIR)|COREPACK_HOME|COREPACK_NPM_REGISTRY)$/i,
])
const KEPT_NPM =
  /^npm_config_((registry|cafile|ca|proxy|https_proxy|noproxy|strict_ssl|nodedir|maxsockets|fetch_\w+)$|\/\/|@)/i

export interface BuildPlaces {
  /** The tree that is built. */
  dir: string
  home: string
  temp: string
  /** Folders whose programs come before those of PATH. */
  programs: string[]
  /** Kept from build to build, for all apps. */
  caches: string
  /** Node.js versions brought from the registry, a folder each, for all apps and their dynos. */
  nodes: string
}

/**
 * The whole environment of a build: Heroku's defaults, then the app's config vars. `own` is the
 * daemon's environment, `hasCacheSetting` whether the user's .npmrc says where npm's cache lies.
 */
export function buildEnvironment(
  own: NodeJS.ProcessEnv,
  configVars: Record<string, string>,
  places: BuildPlaces,
  build: { commit: string | null; hasCacheSetting: boolean },
): Record<string, string> {
  const kept = Object.entries(own).filter(
    (entry): entry is [string, string] =>
      entry[1] !== undefined && (KEPT.test(entry[0]) || KEPT_NPM.test(entry[0])),
  )
  const npmCache =
    variable(own, 'npm_config_cache') ??
    (build.hasCacheSetting ? undefined : path.join(homedir(), '.npm'))
  const allowed = Object.entries(configVars).filter(([name]) => !NEVER_FROM_CONFIG.has(name))
  return {
    LANG: 'C.UTF-8',
    COREPACK_HOME: path.join(homedir(), '.cache', 'node', 'corepack'),
    COREPACK_ENABLE_DOWNLOAD_PROMPT: '0',
    ...Object.fromEntries(kept),
    ...(npmCache === undefined ? {} : { npm_config_cache: npmCache }),
    npm_config_update_notifier: 'false',
    // Links into the shared store would let one app's build change another's packages. pnpm reads
    // the second names from version 11 on.
    ...Object.fromEntries(
      ['npm_config', 'pnpm_config'].flatMap((prefix) => [
        [`${prefix}_confirm_modules_purge`, 'false'],
        [`${prefix}_package_import_method`, 'clone-or-copy'],
      ]),
    ),
    YARN_CACHE_FOLDER: path.join(places.caches, 'yarn'),
    YARN_GLOBAL_FOLDER: path.join(places.caches, 'berry'),
    STACK: 'heroku-24',
    ...(build.commit === null ? {} : { SOURCE_VERSION: build.commit }),
    NPM_CONFIG_LOGLEVEL: 'error',
    NODE_VERBOSE: 'false',
    NODE_ENV: 'production',
    NODE_MODULES_CACHE: 'true',
    ...Object.fromEntries(allowed),
    NODE_OPTIONS: configVars.NODE_OPTIONS || BUILD_NODE_OPTIONS,
    PATH: [...places.programs, ...searchPath(own)].join(path.delimiter),
    HOME: places.home,
    TMPDIR: places.temp,
    BUILD_DIR: places.dir,
  }
}

/**
 * The daemon's PATH without what `npm run` put before it: another project's programs are not the
 * app's.
 */
function searchPath(own: NodeJS.ProcessEnv): string[] {
  return (own.PATH ?? '')
    .split(path.delimiter)
    .filter((folder) => folder !== '' && !/node_modules[\\/]\.bin$|node-gyp-bin$/.test(folder))
}

/** npm reads its settings in any case. */
function variable(env: NodeJS.ProcessEnv, name: string): string | undefined {
  const key = Object.keys(env).find((one) => one.toLowerCase() === name)
  return key === undefined ? undefined : env[key]
}

/**
 * What Heroku prints of a build's environment (lib/environment.sh: list_node_config), without the
 * values of secrets.
 */
export function listedEnvironment(
  env: Readonly<Record<string, string>>,
  configVars: Readonly<Record<string, string>>,
): string[] {
  const names = [...new Set([...DEFAULTS, ...Object.keys(configVars)])].filter(
    (name) => /^(NPM_CONFIG_|YARN_|USE_NPM_|USE_YARN_|NODE_)/.test(name) && env[name] !== undefined,
  )
  return names.map((name) => `${name}=${looksSecret(name, env[name]) ? '[hidden]' : env[name]}`)
}

const DEFAULTS = ['NPM_CONFIG_LOGLEVEL', 'NODE_VERBOSE', 'NODE_ENV', 'NODE_MODULES_CACHE']
