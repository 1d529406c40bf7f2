import { chmodSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { withPath } from './fake-npm.js'
import { realFolder } from './real-folder.js'

/** What a package manager does, as lines of sh that run in the folder where it was started. */
export interface Behaviour {
  /** At `TOOL lock` in the project. */
  lock?: string
  /** At `TOOL again` in the project, with a cache of its own. */
  again?: string
  /** At `TOOL lock` in a package that needs the runtime alone. */
  alone?: string
  /** At `TOOL ci`, in a copy of the project. */
  install?: string
}

/** A package manager that does what a test says, in no time. Removed by `removeFolders`. */
export class FakeManager {
  private readonly dir = realFolder({ asked: '', 'bin/README': '', 'tmp/README': '' })
  private texts = 0

  /** An empty folder for TMPDIR, in which shows what is left behind. */
  readonly temporary = path.join(this.dir, 'tmp/for-shipit')

  constructor() {
    mkdirSync(this.temporary)
  }

  /** A line of sh that gives a file this text. */
  writes(file: string, text: string): string {
    const kept = path.join(this.dir, `text-${++this.texts}`)
    writeFileSync(kept, text)
    return `cp '${kept}' '${file}'`
  }

  /** @param tool the name under which PATH has it */
  behave(tool: string, { lock = ':', again = ':', alone = ':', install = ':' }: Behaviour): this {
    const at = path.join(this.dir, 'bin', tool)
    writeFileSync(
      at,
      `#!/bin/sh
app=$(sed -n 's/.*"name": *"\\([^"]*\\)".*/\\1/p' package.json)
echo "${tool} $* in $app" >>'${path.join(this.dir, 'asked')}'
case "$* in $app" in
*lock\\ in\\ runtime-alone) ${alone} ;;
*again*) ${again} ;;
*lock*) ${lock} ;;
*) ${install} ;;
esac
`,
    )
    chmodSync(at, 0o755)
    return this
  }

  /** What was asked of it, in order: `npm lock in shop`, `npm lock in runtime-alone`. */
  asked(): string[] {
    return readFileSync(path.join(this.dir, 'asked'), 'utf8').split('\n').filter(Boolean)
  }

  /** Runs with it in front of PATH. */
  async during<Result>(run: () => Promise<Result>): Promise<Result> {
    const before = process.env['TMPDIR']
    process.env['TMPDIR'] = this.temporary
    try {
      return await withPath(path.join(this.dir, 'bin'), run)
    } finally {
      if (before === undefined) delete process.env['TMPDIR']
      else process.env['TMPDIR'] = before
    }
  }
}
