/** npm run docs:commands: writes .github/docs/commands.md of the build's manifest. */
import { readFile, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { commandsDoc, type Manifest } from './commands-doc.js'

const root = path.resolve(import.meta.dirname, '../..')
const manifest = JSON.parse(
  await readFile(path.join(root, 'dist/cli/oclif.manifest.json'), 'utf8'),
) as Manifest
await writeFile(path.join(root, '.github/docs/commands.md'), commandsDoc(manifest))
