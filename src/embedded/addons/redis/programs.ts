import { constants } from 'node:fs'
import { access } from 'node:fs/promises'
import path from 'node:path'

/** Valkey first: it is what Heroku runs (devcenter.heroku.com/articles/heroku-redis). */
const NAMES = ['valkey-server', 'redis-server']
/** Where package managers put them if PATH is a short one. */
const PLACES = ['/usr/bin', '/usr/local/bin', '/usr/sbin', '/opt/homebrew/bin', '/snap/bin']

/** Throws an Error that says how to get one if this machine has none. */
export async function redisProgram(): Promise<string> {
  const dirs = [...(process.env.PATH ?? '').split(path.delimiter), ...PLACES].filter(Boolean)
  for (const name of NAMES) {
    for (const dir of dirs) {
      const program = path.join(dir, name)
      if (await isProgram(program)) return program
    }
  }
  throw new Error(
    'This machine has neither valkey-server nor redis-server. Install one (apt-get install ' +
      'valkey or redis-server, brew install valkey), then create the add-on again.',
  )
}

const isProgram = (file: string): Promise<boolean> =>
  access(file, constants.X_OK).then(
    () => true,
    () => false,
  )
