import { existsSync, statSync } from 'node:fs'
import { createRequire } from 'node:module'
import path from 'node:path'
import { SERVE } from './ecosystem-adapter.js'
import { RuntimeError } from './runtime-error.js'
import { which } from './interpreter.js'

interface Command {
  /** Absolute path of a file. */
  script: string
  args: string[]
}

interface Written {
  name: string
  /** As the ecosystem file has it. */
  script: string
  args: string[]
}

/**
 * What `script` means, as PM2 resolves it (API._startJson, Common.verifyConfs,
 * Common.prepareAppConf): `serve` is PM2's server of static files, a script with spaces that names
 * no existing file a shell's command line; then a file, a folder that Node can run, a command.
 * Throws a RuntimeError for what is none of them.
 */
export function findCommand(
  { name, script, args }: Written,
  cwd: string,
  env: NodeJS.ProcessEnv,
): Command {
  if (script === SERVE)
    return { script: createRequire(import.meta.url).resolve('pm2/lib/API/Serve.js'), args }
  const file = path.resolve(cwd, script)
  if (isFile(file)) return { script: file, args }
  if (script.includes(' '))
    return { script: which('bash', env, cwd) ?? '/bin/sh', args: ['-c', script] }
  const found = mainOf(file) ?? which(script, env, cwd)
  if (found) return { script: found, args }
  if (existsSync(file))
    throw new RuntimeError(
      `${name}: the script ${script} is a folder that Node.js cannot start`,
      `${file} has neither an index.js nor a package.json whose \`main\` is there`,
      'name the file in it that starts the app',
    )
  throw new RuntimeError(
    `${name}: the script ${script} does not exist`,
    `looked for ${file} and for a command of that name`,
    'correct `script` in the ecosystem file, or build it before the app starts',
  )
}

/** What `node FOLDER` runs. */
function mainOf(folder: string): string | undefined {
  if (!existsSync(folder)) return undefined
  try {
    return createRequire(path.join(folder, 'package.json')).resolve(folder)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'MODULE_NOT_FOUND') return undefined
    throw error
  }
}

function isFile(file: string): boolean {
  return existsSync(file) && statSync(file).isFile()
}
