import { existsSync } from 'node:fs'
import { chmod, mkdir, readFile, writeFile } from 'node:fs/promises'
import path from 'node:path'
import type { BuildContext } from '../../../src/embedded/build/context.js'
import { BuildOutput } from '../../../src/embedded/build/output.js'
import { removeFolder } from '../../../src/embedded/daemon/folders.js'
import { temporaryFolder } from '../support/platform.js'
import { writeTree, type Tree } from './build-app.js'

/** A build in a folder of its own, whose tools are scripts of a test. */
export interface StandIns {
  root: string
  /** The app. */
  dir: string
  /** What the build has printed; to be emptied at will. */
  printed: string
  stop: AbortController
  context(env?: Record<string, string>, more?: Partial<BuildContext>): BuildContext
  /** A tool that notes how it is called, and does then what the lines of a shell say. */
  tool(name: string, script?: string): Promise<void>
  /** How the tools were called, in turn. */
  calls(): Promise<string[]>
  tree(files: Tree): Promise<void>
  end(): Promise<void>
}

export async function standIns(): Promise<StandIns> {
  const root = await temporaryFolder()
  const dir = path.join(root, 'app')
  for (const folder of ['app', 'bin', 'work/home', 'work/tmp', 'cache'])
    await mkdir(path.join(root, folder), { recursive: true })
  const output = new BuildOutput(path.join(root, 'log'), (chunk) => {
    made.printed += String(chunk)
  })
  const made: StandIns = {
    root,
    dir,
    printed: '',
    stop: new AbortController(),
    context(env = {}, more = {}) {
      const PATH = `${path.join(root, 'bin')}:${process.env.PATH}`
      return {
        places: {
          dir,
          home: path.join(root, 'work/home'),
          temp: path.join(root, 'work/tmp'),
          programs: [],
          caches: path.join(root, 'shared'),
          nodes: path.join(root, 'nodes'),
        },
        cache: path.join(root, 'cache'),
        env: { NODE_ENV: 'production', ...env, PATH },
        hostEnv: { PATH },
        npm: '10.0.0',
        configVars: {},
        output,
        signal: made.stop.signal,
        onProcessGroup: () => undefined,
        ...more,
      }
    },
    async tool(name, script = '') {
      const file = path.join(root, 'bin', name)
      const note = `echo "${name} $*" >> ${path.join(root, 'calls')}`
      await writeFile(file, `#!/bin/sh\n${note}\n${script}\n`)
      await chmod(file, 0o755)
    },
    async calls() {
      const file = path.join(root, 'calls')
      return existsSync(file) ? (await readFile(file, 'utf8')).trim().split('\n') : []
    },
    tree: (files) => writeTree(dir, files),
    async end() {
      output.end()
      await removeFolder(root)
    },
  }
  return made
}
