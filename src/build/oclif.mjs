// What oclif is told of the CLI, and what Heroku's own CLI is told of it as a plugin. The `oclif` of
// package.json is the plugin's, since that is where Heroku's CLI looks.
import { execFileSync } from 'node:child_process'
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import path from 'node:path'

const CLI = {
  bin: 'shipit',
  description: 'Run Node.js apps under PM2 on Heroku, and rehearse it on your own machine',
  dirname: 'shipit',
  commands: {
    strategy: 'explicit',
    target: './shipit.cjs',
    identifier: 'COMMANDS',
  },
  topicSeparator: ' ',
  additionalHelpFlags: ['-h'],
  hooks: {
    command_not_found: {
      target: './shipit.cjs',
      identifier: 'commandNotFound',
    },
  },
  topics: {
    apps: {
      description: 'the apps that you own or work on',
    },
    config: {
      description: "the app's config vars",
    },
    keys: {
      description: "keep the keys of PM2's dashboard in the app's config vars",
    },
    local: {
      description: 'the embedded Heroku on this machine',
    },
    review: {
      description: 'apps for changes under review, one for each',
    },
  },
  helpClass: {
    target: './shipit.cjs',
    identifier: 'ShipitHelp',
  },
}

/** The topic of our commands in Heroku's CLI: `heroku shipit:deploy`. */
const TOPIC = 'shipit'

const pluginManifest = (root) => path.join(root, 'oclif.manifest.json')

export function removeManifest(root) {
  rmSync(pluginManifest(root), { force: true })
}

/**
 * Makes dist/cli/package.json and oclif.commands.json, which are read at every start, the
 * oclif.manifest.json beside them, and the plugin's.
 */
export function writeManifests(root) {
  const folder = path.join(root, 'dist/cli')
  const { name, version } = JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8'))
  mkdirSync(folder, { recursive: true })
  writeFileSync(
    path.join(folder, 'package.json'),
    JSON.stringify({ name, version, files: ['.'], oclif: CLI }),
  )
  const oclif = createRequire(import.meta.url).resolve('oclif/package.json')
  execFileSync(
    process.execPath,
    [path.join(path.dirname(oclif), 'bin/run.js'), 'manifest', folder],
    {
      cwd: root,
      // What npm prints on stdout, of a package that it makes, is for programs.
      stdio: ['ignore', 2, 2],
      env: { ...process.env, OCLIF_SKIP_NEW_VERSION_CHECK: 'true' },
    },
  )
  const file = path.join(folder, 'oclif.manifest.json')
  const manifest = JSON.parse(readFileSync(file, 'utf8'))
  writeFileSync(file, JSON.stringify(manifest, withoutDefaults))
  writeFileSync(path.join(folder, 'oclif.commands.json'), JSON.stringify(brief(manifest)))
  writeFileSync(pluginManifest(root), JSON.stringify(forPlugin(manifest)))
}

/** What oclif takes for granted is an eighth of the manifest, which each start reads. */
const withoutDefaults = (key, value) =>
  value === false && ['allowNo', 'hasDynamicHelp', 'multiple'].includes(key) ? undefined : value

/** What oclif asks of every command at each start, and a list of commands of each. */
const EARLY = new Set([
  'id',
  'aliases',
  'hiddenAliases',
  'hidden',
  'summary',
  'pluginAlias',
  'pluginName',
  'pluginType',
])

/** The manifest without what start-up/late-manifest.ts reads when it is asked for. */
function brief({ version, commands }) {
  const late = new Set(Object.values(commands).flatMap(Object.keys))
  for (const name of EARLY) late.delete(name)
  return {
    version,
    late: [...late],
    commands: Object.fromEntries(
      Object.entries(commands).map(([id, command]) => [
        id,
        Object.fromEntries(Object.entries(command).filter(([name]) => EARLY.has(name))),
      ]),
    ),
  }
}

const inTopic = (id) => `${TOPIC}:${id}`

function forPlugin({ version, commands }) {
  return {
    version,
    commands: Object.fromEntries(
      Object.values(commands).map((command) => [
        inTopic(command.id),
        {
          ...command,
          id: inTopic(command.id),
          aliases: command.aliases.map(inTopic),
          hiddenAliases: command.hiddenAliases.map(inTopic),
        },
      ]),
    ),
  }
}
