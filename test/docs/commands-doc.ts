/** The reference of all commands, of oclif's manifest: what `--help` says, as Markdown. */

export interface Manifest {
  commands: Record<string, ManifestCommand>
}

interface ManifestCommand {
  summary?: string
  description?: string
  usage?: string | string[]
  aliases: string[]
  hidden?: boolean
  examples?: (string | { description?: string; command: string })[]
  args: Record<string, { name: string; description?: string; required?: boolean }>
  flags: Record<string, ManifestFlag>
}

interface ManifestFlag {
  name: string
  char?: string
  description?: string
  helpValue?: string
  type: 'boolean' | 'option'
  allowNo?: boolean
  multiple?: boolean
  default?: unknown
  options?: string[]
  env?: string
  hidden?: boolean
}

export function commandsDoc({ commands }: Manifest): string {
  const shown = Object.entries(commands)
    .filter(([, { hidden }]) => !hidden)
    .map(([id, command]) => [id.replaceAll(':', ' '), command] as const)
  return [
    '# Commands',
    '',
    'Written by `npm run docs:commands` from what `--help` says. Every command takes `--help`.',
    '',
    ...shown.map(([name, { summary }]) => `- [\`${name}\`](#${anchorOf(name)}): ${summary}`),
    '',
    ...shown.flatMap(([name, command]) => describe(name, command)),
  ].join('\n')
}

const anchorOf = (name: string): string => `shipit-${name.replaceAll(' ', '-')}`

function describe(name: string, command: ManifestCommand): string[] {
  const fill = (text: string) =>
    text.replaceAll('<%= config.bin %>', 'shipit').replaceAll('<%= command.id %>', name)
  const usage = [command.usage ?? usageOf(name, command)]
    .flat()
    .map((line) => `shipit ${fill(line)}`)
  const flags = Object.values(command.flags).filter(({ hidden }) => !hidden)
  const args = Object.values(command.args)
  const examples = (command.examples ?? []).map((one) =>
    fill(typeof one === 'string' ? one : one.command),
  )
  return [
    `## shipit ${name}`,
    '',
    `${(command.summary ?? '').replace(/^./, (first) => first.toUpperCase())}.`,
    '',
    ...(command.description ? [fill(command.description).replaceAll('\n', '\n\n'), ''] : []),
    '```console',
    ...usage.map((line) => `$ ${line}`),
    '```',
    '',
    ...(command.aliases.length > 0 ? [`Also: ${command.aliases.map(code).join(', ')}.`, ''] : []),
    ...(args.length + flags.length > 0
      ? [
          '| | |',
          '|---|---|',
          ...args.map((arg) => row(arg.name.toUpperCase(), arg.description ?? '')),
          ...flags.map((flag) => row(flagOf(flag), flagText(flag))),
          '',
        ]
      : []),
    ...(examples.length > 0
      ? ['```console', ...examples.map((line) => `$ ${line}`), '```', '']
      : []),
  ]
}

const usageOf = (name: string, { args }: ManifestCommand): string =>
  [
    name,
    ...Object.values(args).map((arg) =>
      arg.required ? arg.name.toUpperCase() : `[${arg.name.toUpperCase()}]`,
    ),
  ].join(' ')

const code = (text: string): string => `\`${text}\``

const row = (what: string, text: string): string =>
  `| ${code(what).replaceAll('|', '\\|')} | ${text.replaceAll('|', '\\|').replaceAll('\n', ' ')} |`

function flagOf({ name, char, type, helpValue, allowNo, options }: ManifestFlag): string {
  const value = type === 'option' ? ` ${helpValue ?? options?.join('|') ?? 'VALUE'}` : ''
  return `${char ? `-${char}, ` : ''}--${allowNo ? '[no-]' : ''}${name}${value}`
}

function flagText({
  description = '',
  default: preset,
  options,
  env,
  multiple,
  helpValue,
}: ManifestFlag) {
  const notes = [
    options && helpValue ? `one of ${options.join(', ')}` : undefined,
    preset === undefined || preset === false ? undefined : `default: ${String(preset)}`,
    env ? `environment: ${env}` : undefined,
    multiple ? 'may be given several times' : undefined,
  ].filter((note) => note !== undefined)
  return `${description}${notes.length > 0 ? ` (${notes.join('; ')})` : ''}`
}
