import { foreignInterpreter } from './interpreter.js'
import { appOption } from './options.js'
import type { EcosystemFormat } from './types.js'

export interface RenderOptions {
  name: string
  /** Path of the script, from the folder of the file. */
  script: string
  format: EcosystemFormat
  /**
   * Whether package.json says "type": "module": a .js file would then be an ES module, so it is
   * called .cjs.
   */
  esm: boolean
  instances: number | 'max'
  /** As PM2 writes it: 200M. */
  memory?: string
  /** prod and homolog for blocks env_prod and env_homolog. */
  envNames: readonly string[]
  /** Further options of the app, such as args, cwd or interpreter. */
  extra?: Record<string, unknown>
  /** Why it has this number of instances, in place of the usual comment. */
  instancesWhy?: string
  /** More apps of the same file. */
  beside?: RenderedApp[]
}

/** An app beside the first, in the same terms. */
export type RenderedApp = Pick<
  RenderOptions,
  'name' | 'script' | 'instances' | 'extra' | 'instancesWhy'
>

interface Line {
  key: string
  value: unknown
  comment: string
}

/**
 * The file that `shipit init` writes, with a comment a line where the format has comments. Throws a
 * TypeError for a name that cannot be in env_NAME.
 */
export function renderEcosystem(options: RenderOptions): { fileName: string; text: string } {
  const wrong = options.envNames.find((name) => !/^[\w.-]+$/.test(name))
  if (wrong !== undefined)
    throw new TypeError(
      `${JSON.stringify(wrong)} cannot be the name of an environment: use letters, digits, _, ` +
        '. and -',
    )
  const { envNames, beside = [] } = options
  const apps = [linesOf(options), ...beside.map((app) => linesOf({ ...app, envNames }))]
  if (options.format === 'json')
    return { fileName: 'ecosystem.config.json', text: renderJson(apps) }
  if (options.format === 'yml') return { fileName: 'ecosystem.config.yml', text: renderYaml(apps) }
  return {
    fileName: options.esm ? 'ecosystem.config.cjs' : 'ecosystem.config.js',
    text: renderJs(apps),
  }
}

type AppLines = RenderedApp & Pick<RenderOptions, 'memory' | 'envNames'>

function linesOf({
  name,
  script,
  instances,
  memory,
  envNames,
  instancesWhy,
  extra = {},
}: AppLines): Line[] {
  const isFork =
    extra['exec_mode'] === 'fork' || foreignInterpreter(script, extra['interpreter']) !== undefined
  const own: Line[] = [
    {
      key: 'name',
      value: name,
      comment: 'what logs, shipit ps and shipit scale --instances call the app',
    },
    { key: 'script', value: script, comment: 'the file that starts it' },
    {
      key: 'exec_mode',
      value: isFork ? 'fork' : 'cluster',
      comment: isFork
        ? 'each instance is a process of its own'
        : 'instances share one port, and a reload replaces them one by one',
    },
    { key: 'instances', value: instances, comment: instancesWhy ?? instancesComment(instances) },
    ...(memory === undefined
      ? []
      : [
          {
            key: 'max_memory_restart',
            value: memory,
            comment: 'an instance that grows beyond this is replaced, without a lost request',
          },
        ]),
  ]
  const written = new Set(own.map(({ key }) => key))
  const further = Object.entries(extra).filter(
    ([key]) => !written.has(key) && key !== 'env' && !key.startsWith('env_'),
  )
  return [
    ...own,
    ...further.map(([key, value]) => ({
      key,
      value,
      comment: sentence(appOption(key)?.does ?? ''),
    })),
    {
      key: 'env',
      value: { NODE_ENV: 'production', ...(extra['env'] as object | undefined) },
      comment: 'for every environment; PORT comes from the dyno, secrets belong in config vars',
    },
    ...envNames.map((each) => ({
      key: `env_${each}`,
      value: { NODE_ENV: modeOf(each), ...(extra[`env_${each}`] as object | undefined) },
      comment: `laid over env where the config var SHIPIT_ENV is ${each}`,
    })),
  ]
}

function instancesComment(instances: number | 'max'): string {
  if (instances === 'max')
    return "as many as the dyno's memory and CPUs hold: shipit-runtime decides at each start"
  return instances === 1 ? 'one process in each dyno' : 'processes in each dyno'
}

/**
 * The sentences of the options' table begin with a capital and end with a stop; comments do
 * neither.
 */
function sentence(text: string): string {
  return /^[A-Z][a-z]/.test(text)
    ? text[0]!.toLowerCase() + text.slice(1).replace(/\.$/, '')
    : text.replace(/\.$/, '')
}

/**
 * Only two names ask for something else: on Heroku every deployed environment runs in production
 * mode.
 */
function modeOf(environment: string): string {
  if (/^dev(elopment)?$/.test(environment)) return 'development'
  return environment === 'test' ? 'test' : 'production'
}

function isBlock(value: unknown): value is Record<string, unknown> {
  return (
    typeof value === 'object' &&
    value !== null &&
    !Array.isArray(value) &&
    Object.keys(value).length > 0
  )
}

function renderJson(apps: Line[][]): string {
  return (
    JSON.stringify(
      {
        apps: apps.map((lines) => Object.fromEntries(lines.map(({ key, value }) => [key, value]))),
      },
      null,
      2,
    ) + '\n'
  )
}

function renderYaml(apps: Line[][]): string {
  const head = [
    '# What PM2 runs inside each dyno. Options: ' +
      'https://pm2.keymetrics.io/docs/usage/application-declaration/',
    'apps:',
  ]
  return (
    [
      ...head,
      ...apps.flatMap((lines) =>
        yamlRows(lines).map((row, index) => (index === 0 ? `  - ${row}` : `    ${row}`)),
      ),
    ].join('\n') + '\n'
  )
}

function yamlRows(lines: Line[]): string[] {
  return lines.flatMap(({ key, value, comment }) =>
    isBlock(value)
      ? [
          withComment(`${key}:`, comment, '#'),
          ...Object.entries(value).map(
            ([name, each]) => `  ${yamlScalar(name)}: ${yamlValue(each)}`,
          ),
        ]
      : [withComment(`${key}: ${yamlValue(value)}`, comment, '#')],
  )
}

function yamlValue(value: unknown): string {
  return typeof value === 'string' ? yamlScalar(value) : JSON.stringify(value)
}

/**
 * Plain where no YAML parser could take it for anything but text, else in double quotes, whose
 * escapes are JSON's.
 */
export function yamlScalar(text: string): string {
  if (/^\d+[KMG]$/.test(text)) return text
  const isPlain =
    /^[A-Za-z_./][\w./-]*( [\w./-]+)*$/.test(text) &&
    !/^(true|false|null|yes|no|on|off|y|n)$/i.test(text) &&
    !/^[.\d]/.test(text.replace(/^\.{1,2}\//, ''))
  return isPlain ? text : JSON.stringify(text)
}

function renderJs(apps: Line[][]): string {
  const rowsOf = (lines: Line[]) =>
    lines.flatMap(({ key, value, comment }) =>
      isBlock(value)
        ? [
            withComment(`${jsKey(key)}: {`, comment, '//'),
            ...Object.entries(value).map(([name, each]) => `  ${jsKey(name)}: ${jsValue(each)},`),
            '},',
          ]
        : [withComment(`${jsKey(key)}: ${jsValue(value)},`, comment, '//')],
    )
  return [
    '// What PM2 runs inside each dyno. Options: ' +
      'https://pm2.keymetrics.io/docs/usage/application-declaration/',
    'module.exports = {',
    '  apps: [',
    ...apps.flatMap((lines) => ['    {', ...rowsOf(lines).map((row) => `      ${row}`), '    },']),
    '  ],',
    '}',
    '',
  ].join('\n')
}

function withComment(code: string, comment: string, mark: string): string {
  return comment === '' ? code : `${code} ${mark} ${comment}`
}

function jsKey(key: string): string {
  return /^[A-Za-z_$][\w$]*$/.test(key) ? key : jsValue(key)
}

function jsValue(value: unknown): string {
  const json = JSON.stringify(value)
  return typeof value === 'string' && !/['\\]/.test(json) ? `'${json.slice(1, -1)}'` : json
}
