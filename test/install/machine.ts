import { execFile, type ExecFileException } from 'node:child_process'
import { chmod, chown, mkdir, mkdtemp, realpath, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { NODE_PACKAGE } from '../../src/embedded/build/node-install.js'
import { inherited } from '../support/inherited.js'

/** The user of a system that owns nothing (Debian's `nobody`). */
const NOBODY = 65_534

export interface Ended {
  status: number
  stdout: string
  stderr: string
}

/**
 * A machine with nothing but git, a Node.js of a line and its npm, as a user who owns no more than
 * a home folder: nothing of this project's own node_modules is in reach.
 */
export class BareMachine {
  private constructor(
    readonly folder: string,
    readonly env: NodeJS.ProcessEnv,
    private readonly user: { uid: number; gid: number } | undefined,
  ) {}

  /**
   * @param line 20, 22 or 24: its newest version comes from npm's registry
   * @param cache folder of what npm has fetched, which machines may share
   */
  static async create(line: number, cache: string): Promise<BareMachine> {
    const folder = await realpath(await mkdtemp(path.join(tmpdir(), 'shipit-install-')))
    const home = path.join(folder, 'home')
    const bin = path.join(folder, 'bin')
    await Promise.all([mkdir(home), mkdir(bin)])
    const npm = await npmCli()
    await done('node', [
      npm,
      'install',
      '--prefix',
      folder,
      '--no-save',
      ...QUIET,
      `${NODE_PACKAGE}@${line}`,
    ])
    const node = path.join(folder, 'node_modules', NODE_PACKAGE, 'bin/node')
    for (const [name, script] of [
      ['node', ''],
      ['npm', npm],
      ['npx', path.join(path.dirname(npm), 'npx-cli.js')],
    ])
      await writeFile(
        path.join(bin, name!),
        `#!/bin/sh\nexec '${node}' ${script && `'${script}'`} "$@"\n`,
        { mode: 0o755 },
      )
    const isRoot = process.getuid?.() === 0
    if (isRoot) {
      await chmod(folder, 0o755)
      await chown(home, NOBODY, NOBODY)
      await chown(cache, NOBODY, NOBODY)
    }
    return new BareMachine(
      folder,
      {
        PATH: [bin, path.join(home, 'global/bin'), '/usr/bin', '/bin'].join(path.delimiter),
        HOME: home,
        LANG: 'C.UTF-8',
        TMPDIR: home,
        npm_config_prefix: path.join(home, 'global'),
        npm_config_cache: cache,
        // Where this machine gets packages, and whom it trusts for that.
        npm_config_registry: (await done('npm', ['config', 'get', 'registry'])).stdout.trim(),
        npm_config_fetch_retries: '0',
        ...inherited('NODE_EXTRA_CA_CERTS', 'npm_config_cafile'),
        GIT_AUTHOR_NAME: 'Ada',
        GIT_AUTHOR_EMAIL: 'ada@example.com',
        GIT_COMMITTER_NAME: 'Ada',
        GIT_COMMITTER_EMAIL: 'ada@example.com',
      },
      isRoot ? { uid: NOBODY, gid: NOBODY } : undefined,
    )
  }

  get home(): string {
    return path.join(this.folder, 'home')
  }

  /** Runs a program in `cwd`, by default the user's home; never throws for its exit status. */
  run(program: string, args: string[], cwd = this.home): Promise<Ended> {
    return ended(program, args, { cwd, env: this.env, ...this.user })
  }

  /** A program that must succeed. */
  async ok(program: string, args: string[], cwd?: string): Promise<Ended> {
    const outcome = await this.run(program, args, cwd)
    if (outcome.status !== 0)
      throw new Error(
        `${program} ${args.join(' ')} ended with ${outcome.status}:\n${outcome.stdout}${outcome.stderr}`,
      )
    return outcome
  }

  /** A folder of the user's with these files. */
  async project(name: string, files: Record<string, string>): Promise<string> {
    const dir = path.join(this.home, name)
    const own = async (file: string) => {
      if (this.user) await chown(file, this.user.uid, this.user.gid)
    }
    await mkdir(dir)
    await own(dir)
    for (const [file, text] of Object.entries(files)) {
      await writeFile(path.join(dir, file), text)
      await own(path.join(dir, file))
    }
    return dir
  }

  close(): Promise<void> {
    return rm(this.folder, { recursive: true, force: true })
  }
}

const QUIET = ['--no-audit', '--no-fund', '--loglevel=error']

/** npm's own file, wherever the machine has it. */
async function npmCli(): Promise<string> {
  const { stdout } = await done('npm', ['root', '--global'])
  return process.env.npm_execpath ?? path.join(stdout.trim(), 'npm/bin/npm-cli.js')
}

async function done(program: string, args: string[]): Promise<Ended> {
  const outcome = await ended(program, args, {})
  if (outcome.status !== 0) throw new Error(`${program} ${args.join(' ')}:\n${outcome.stderr}`)
  return outcome
}

function ended(program: string, args: string[], options: object): Promise<Ended> {
  return new Promise((resolve) => {
    execFile(
      program,
      args,
      { maxBuffer: 64 * 1024 * 1024, encoding: 'utf8', ...options },
      (error: ExecFileException | null, stdout, stderr) =>
        resolve({
          status: error === null ? 0 : typeof error.code === 'number' ? error.code : 1,
          stdout,
          stderr: stderr || (error?.message ?? ''),
        }),
    )
  })
}
