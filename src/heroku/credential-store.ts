/**
 * The system's credential store, where `heroku login` of version 11.8 and later keeps a token
 * (@heroku-cli/command, credential-manager): the keychain on macOS, the Secret Service on Linux if
 * `secret-tool` is installed, the Credential Manager on Windows. Entries are of the service
 * `heroku-cli` and of an account, whose address stands in Heroku's own data folder. Tokens go in
 * and out by pipes, never on a command line.
 */
import { spawn } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { text } from 'node:stream/consumers'
import { withoutKeys } from '../lib/child-environment.js'
import { ShipitError } from '../errors.js'

export interface Credentials {
  token: string
  /** For messages: HEROKU_API_KEY, ~/.netrc, heroku auth:token. */
  source: string
}

const SERVICE = 'heroku-cli'
/** ms that a store may take: one that is locked may ask its user. */
const TIMEOUT = 30_000

interface Store {
  /** For messages. */
  name: string
  find(account: string): Promise<string | undefined>
  save(account: string, token: string): Promise<boolean>
  /** Whether it holds none of the account's any more: one that held none is no failure. */
  drop(account: string): Promise<boolean>
}

/**
 * The store that Heroku's CLI uses here; undefined if it uses netrc: HEROKU_NETRC_WRITE=true, or
 * none is installed.
 */
function storeOf(env: NodeJS.ProcessEnv, platform: NodeJS.Platform): Store | undefined {
  if (env.HEROKU_NETRC_WRITE?.toLowerCase() === 'true') return undefined
  if (platform === 'darwin') return keychain(env)
  if (platform === 'win32') return credentialManager(env)
  const isThere =
    platform === 'linux' &&
    (env.PATH ?? '')
      .split(path.delimiter)
      .some((folder) => folder !== '' && existsSync(path.join(folder, 'secret-tool')))
  return isThere ? secretService(env) : undefined
}

/**
 * oclif's data folder of the `heroku` command: HEROKU_DATA_DIR, else XDG_DATA_HOME, LOCALAPPDATA on
 * Windows, ~/.local/share.
 */
function stateFile(env: NodeJS.ProcessEnv, platform: NodeJS.Platform): string {
  const home = env.HOME ?? env.USERPROFILE ?? os.homedir()
  const base =
    env.XDG_DATA_HOME ||
    (platform === 'win32' && env.LOCALAPPDATA) ||
    path.join(home, '.local/share')
  return path.join(env.HEROKU_DATA_DIR || path.join(base, 'heroku'), 'login.json')
}

function accountIn(file: string): string | undefined {
  if (!existsSync(file)) return undefined
  try {
    const { account } = JSON.parse(readFileSync(file, 'utf8')) as { account?: unknown }
    return typeof account === 'string' && account !== '' ? account : undefined
  } catch (error) {
    // Heroku's CLI takes a file that is not JSON for none.
    if (error instanceof SyntaxError) return undefined
    throw error
  }
}

/** The token that `heroku login` keeps in the system's store; undefined if there is none. */
export async function tokenInStore(
  env: NodeJS.ProcessEnv,
  platform = process.platform,
): Promise<Credentials | undefined> {
  const account = accountIn(stateFile(env, platform))
  if (account === undefined) return undefined
  const store = storeOf(env, platform)
  const token = await store?.find(account)
  return token ? { token, source: store!.name } : undefined
}

/**
 * Keeps a token where Heroku's CLI looks for it first. Answers with the store's name; undefined if
 * there is none, or it does not take it.
 */
export async function saveInStore(
  account: string,
  token: string,
  env: NodeJS.ProcessEnv,
  platform = process.platform,
): Promise<string | undefined> {
  const store = storeOf(env, platform)
  if (!store || !(await store.save(account, token))) return undefined
  const file = stateFile(env, platform)
  mkdirSync(path.dirname(file), { recursive: true, mode: 0o700 })
  writeFileSync(file, JSON.stringify({ account }) + '\n', { mode: 0o600 })
  return store.name
}

/**
 * Forgets the login of the system's store; whether there was one.
 * @throws ShipitError `auth` if the store still holds it, or cannot be asked: then the account
 *   stays on record, for the next try
 */
export async function dropFromStore(
  env: NodeJS.ProcessEnv,
  platform = process.platform,
): Promise<boolean> {
  const file = stateFile(env, platform)
  const account = accountIn(file)
  if (account === undefined) return false
  const store = storeOf(env, platform)
  if (store && !(await store.drop(account))) {
    throw new ShipitError('auth', {
      message: `The login of ${account} could not be removed from ${store.name}, so it is still there.`,
      next:
        `Unlock ${store.name} and run \`shipit logout\` again, or remove the entry of ` +
        `${SERVICE} there by hand.`,
    })
  }
  rmSync(file, { force: true })
  return true
}

interface Ran {
  status: number
  output: string
  complaint: string
}

/** Of a program that was killed because it took too long. */
const TIMED_OUT = 124

/**
 * Runs a store's program with `input` on its stdin. A program that is not there, or does not end,
 * is a failure of it.
 */
async function run(
  env: NodeJS.ProcessEnv,
  program: string,
  args: string[],
  input = '',
): Promise<Ran> {
  const child = spawn(program, args, {
    env: withoutKeys(env),
    stdio: ['pipe', 'pipe', 'pipe'],
    timeout: TIMEOUT,
    windowsHide: true,
  })
  const ended = new Promise<number>((resolve) => {
    child.once('error', () => resolve(127))
    child.once('close', (code) => resolve(code ?? TIMED_OUT))
  })
  // One that does not read its input has ended by then.
  child.stdin.on('error', () => undefined)
  child.stdin.end(input)
  const [status, output, complaint] = await Promise.all([
    ended,
    text(child.stdout),
    text(child.stderr),
  ])
  return { status, output, complaint }
}

const tokenOf = ({ status, output }: Ran): string | undefined =>
  status === 0 && /^\S+$/.test(output.trim()) ? output.trim() : undefined

function secretService(env: NodeJS.ProcessEnv): Store {
  const of = (account: string) => ['service', SERVICE, 'account', account]
  return {
    name: "the system's keyring (secret-tool)",
    find: async (account) => tokenOf(await run(env, 'secret-tool', ['lookup', ...of(account)])),
    save: async (account, token) =>
      (await run(env, 'secret-tool', ['store', '--label=Heroku CLI', ...of(account)], token))
        .status === 0,
    drop: async (account) => {
      const { status, complaint } = await run(env, 'secret-tool', ['clear', ...of(account)])
      // It ends with 1 and without a word if nothing matched (LinuxHandler of Heroku's CLI).
      return status === 0 || (status === 1 && complaint.trim() === '')
    },
  }
}

function keychain(env: NodeJS.ProcessEnv): Store {
  /** A word of security's own command language, which it reads from stdin with -i. */
  const word = (value: string) => `"${value.replace(/["\\]/g, '\\$&')}"`
  return {
    name: 'the keychain',
    find: async (account) =>
      tokenOf(
        await run(env, 'security', ['find-generic-password', '-a', account, '-s', SERVICE, '-w']),
      ),
    save: async (account, token) => {
      const { status } = await run(
        env,
        'security',
        ['-i'],
        `add-generic-password -U -a ${word(account)} -s ${word(SERVICE)} -w ${word(token)}\n`,
      )
      // It ends with 0 whatever became of the commands that it read.
      return (
        status === 0 &&
        tokenOf(
          await run(env, 'security', ['find-generic-password', '-a', account, '-s', SERVICE, '-w']),
        ) === token
      )
    },
    // 44: errSecItemNotFound.
    drop: async (account) =>
      [0, 44].includes(
        (await run(env, 'security', ['delete-generic-password', '-a', account, '-s', SERVICE]))
          .status,
      ),
  }
}

/** Two lines on stdin, the account and the token, so that neither is part of a script. */
const VAULT =
  "$ErrorActionPreference = 'Stop'\n" +
  '[void][Windows.Security.Credentials.PasswordVault,Windows.Security.Credentials,ContentType=WindowsRuntime]\n' +
  '$vault = New-Object Windows.Security.Credentials.PasswordVault\n' +
  '$account = [Console]::In.ReadLine()\n'

/**
 * HRESULT 0x80070490, as the signed number that .NET gives: HRESULT_FROM_WIN32(ERROR_NOT_FOUND)
 * (learn.microsoft.com, PasswordVault.Retrieve; System Error Codes 1168).
 */
const ELEMENT_NOT_FOUND = -2147023728

function credentialManager(env: NodeJS.ProcessEnv): Store {
  const vault = (script: string, input: string) =>
    run(env, 'powershell', ['-NoProfile', '-NonInteractive', '-Command', VAULT + script], input)
  // The vault throws for an entry that it does not have; any other error is one of the removal.
  const remove =
    `try { $vault.Remove($vault.Retrieve('${SERVICE}', $account)) } catch { if ` +
    `($_.Exception.GetBaseException().HResult -ne ${ELEMENT_NOT_FOUND}) { throw } }\n`
  return {
    name: 'the Credential Manager',
    find: async (account) =>
      tokenOf(await vault(`$vault.Retrieve('${SERVICE}', $account).Password`, `${account}\n`)),
    save: async (account, token) =>
      (
        await vault(
          `${remove}$vault.Add((New-Object ` +
            `Windows.Security.Credentials.PasswordCredential('${SERVICE}', $account, ` +
            '[Console]::In.ReadLine())))',
          `${account}\n${token}\n`,
        )
      ).status === 0,
    drop: async (account) => (await vault(remove, `${account}\n`)).status === 0,
  }
}
