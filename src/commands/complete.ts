import path from 'node:path'
import { Command, Flags } from '@oclif/core'
import type { Ask, Candidate } from '../completion/plan.js'
import { SHELLS } from '../completion/scripts.js'
import { isDebugging } from '../lib/debugging.js'
import { writeErr, writeOut } from '../lib/terminal.js'
import { packageRoot } from '../paths.js'

/**
 * What the scripts of `autocomplete` ask at each Tab. An error of a platform is no candidate; with
 * DEBUG=shipit it is told.
 */
export default class Complete extends Command {
  static override hidden = true
  static override strict = false
  static override summary = "complete a command line; called by the shell's script"
  static override flags = {
    shell: Flags.option({ options: SHELLS, default: 'bash' as const })(),
    line: Flags.string(),
    point: Flags.integer({ default: Number.MAX_SAFE_INTEGER }),
    breaks: Flags.string({ default: '' }),
    refresh: Flags.string({ helpValue: 'ASK' }),
    app: Flags.string(),
    local: Flags.boolean(),
  }

  async run(): Promise<void> {
    const { flags, argv } = await this.parse(Complete)
    try {
      if (flags.refresh !== undefined) await this.refresh(flags.refresh as Ask, flags)
      else await this.complete(flags, argv as string[])
    } catch (error) {
      if (isDebugging()) writeErr(`${error instanceof Error ? error.stack : String(error)}\n`)
      if (flags.refresh === undefined) writeOut('words\n')
    }
  }

  private async complete(
    flags: { shell: (typeof SHELLS)[number]; line?: string; point: number; breaks: string },
    argv: string[],
  ): Promise<void> {
    const [{ planFor }, { answerFor, wordsOfLine }] = await Promise.all([
      import('../completion/plan.js'),
      import('../completion/answer.js'),
    ])
    const words = flags.line === undefined ? argv : wordsOfLine(flags.line, flags.point)
    const plan = planFor(words, this.config.commands, this.config.topics)
    const values = await Promise.all(plan.asks.map((ask) => this.values(ask, plan)))
    const candidates = [
      ...plan.fixed,
      ...values.flat().map((value): Candidate => ({ value: `${value}${plan.after}` })),
    ].map((one) => ({ ...one, value: `${plan.before}${one.value}` }))
    const isFiles = plan.asks.includes('files')
    writeOut(answerFor(flags.shell, words.at(-1) ?? '', { candidates, isFiles }, flags.breaks))
  }

  private async values(
    ask: Ask,
    plan: { app: string | undefined; isLocal: boolean },
  ): Promise<string[]> {
    if (ask === 'files') return []
    const { folderOf, isOfAccount, valuesOf } = await import('../completion/values.js')
    const folder = await folderOf(process.cwd())
    if (ask === 'environments') return folder.environments
    if (ask === 'remotes') return folder.remotes
    const app = plan.app ?? folder.app
    const isLocal = plan.isLocal || process.env.SHIPIT_LOCAL === 'true'
    if (app === undefined && !isOfAccount(ask)) return []
    return valuesOf({ ask, app, isLocal }, await this.cache(), {
      script: path.join(packageRoot, 'bin/shipit.js'),
      args: [
        'complete',
        '--refresh',
        ask,
        ...(app === undefined ? [] : ['--app', app]),
        ...(isLocal ? ['--local'] : []),
      ],
    })
  }

  /** Asks the platform, never starting the embedded one, and keeps the answer. */
  private async refresh(ask: Ask, { app, local }: { app?: string; local: boolean }): Promise<void> {
    const { resolveEndpoint, PlatformApi } = await import('../heroku/index.js')
    if (local) {
      const { localStatus } = await import('../embedded/daemon/index.js')
      if ((await localStatus()) === undefined) return
    }
    const { askPlatform, keyOf } = await import('../completion/values.js')
    const api = new PlatformApi(await resolveEndpoint({ local, env: process.env }), {
      timeout: 30_000,
    })
    const question = { ask, app, isLocal: local }
    await (await this.cache()).write(keyOf(question, process.env), await askPlatform(api, question))
  }

  private async cache() {
    const { CompletionCache } = await import('../completion/cache.js')
    return new CompletionCache(this.config.cacheDir)
  }
}
