import { existsSync } from 'node:fs'
import { readdir } from 'node:fs/promises'
import path from 'node:path'
import { processTypes } from '../../project/procfile.js'
import type { BuildContext } from './context.js'
import { BuildFailure } from './failure.js'
import { readManifest } from './manifest.js'
import { parseProcfile } from './procfile.js'
import { treeText } from './tree-file.js'

/**
 * Throws {@link BuildFailure} if there is no package.json at the root, which is all that
 * heroku/nodejs looks at (heroku-buildpack-nodejs, bin/detect).
 */
export async function detectNode(dir: string): Promise<void> {
  if (existsSync(path.join(dir, 'package.json'))) return
  for (const name of ['.slugignore', '.gitignore']) {
    const file = path.join(dir, name)
    if (!existsSync(file) || !treeText(dir, name).split('\n').includes('package.json')) continue
    throw new BuildFailure(`'package.json' listed in '${name}' file`, [
      'No Node.js app is detected without it: take it out of the file.',
      name === '.slugignore'
        ? 'https://devcenter.heroku.com/articles/slug-compiler#ignoring-files-with-slugignore'
        : 'https://devcenter.heroku.com/articles/gitignore',
    ])
  }
  const entries = await readdir(dir, { withFileTypes: true })
  const folders = entries.filter(
    (entry) => entry.isDirectory() && existsSync(path.join(dir, entry.name, 'package.json')),
  )
  throw new BuildFailure('No default language could be detected for this app.', [
    "Application not supported by 'heroku/nodejs' buildpack: a Node.js app has its " +
      'package.json at the root of the repository, and there is none.',
    ...(folders.length === 0
      ? ['Is it committed? `git ls-files package.json` prints it if so.']
      : [
          `There is one in ${folders.map(({ name }) => `${name}/`).join(', ')}: push that ` +
            'folder as the root (git subtree).',
        ]),
    `At the root are: ${
      entries
        .map((entry) => (entry.isDirectory() ? `${entry.name}/` : entry.name))
        .sort()
        .join('  ') || '(nothing)'
    }`,
    'https://devcenter.heroku.com/articles/nodejs-support#activation',
  ])
}

/**
 * What can be run: the Procfile's types, and `npm start` as web unless the Procfile has one of its
 * own or an mcp type (heroku-buildpack-nodejs, bin/release).
 * Warns if nothing says how to start it (bin/compile, its end).
 */
export async function discoverProcessTypes({
  output,
  places: { dir },
}: BuildContext): Promise<Record<string, string>> {
  output.heading('Discovering process types')
  const isThere = existsSync(path.join(dir, 'Procfile'))
  const text = isThere ? treeText(dir, 'Procfile') : undefined
  const declared = Object.keys(parseProcfile(text ?? ''))
  output.line(`Procfile declares types     -> ${declared.join(', ') || '(none)'}`)
  const all = processTypes(text)
  if (all.some(({ isDefault }) => isDefault)) output.line('Default types for buildpack -> web')
  const { scripts } = await readManifest(dir)
  if (!isThere && !scripts.start && !existsSync(path.join(dir, 'server.js'))) {
    output.warning(
      'This app may not specify any way to start a node process: add a "start" script to ' +
        'package.json, or a Procfile.',
    )
  }
  return Object.fromEntries(all.map(({ type, command }) => [type, command]))
}
