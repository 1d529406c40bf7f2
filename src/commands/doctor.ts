import { statSync } from 'node:fs'
import path from 'node:path'
import { Args, Flags } from '@oclif/core'
import type { Environment } from '../deploy/index.js'
import type { Ecosystem } from '../ecosystem/types.js'
import { ShipitError, type ErrorCode } from '../errors.js'
import type { DoctorReport, Facts, Finding, PlatformFacts, ProjectFacts } from '../doctor/index.js'
import { BaseCommand } from '../ui/base-command.js'
import { platformFlags } from '../ui/flags.js'
import { printable } from '../ui/printable.js'
import { writeErr } from '../lib/terminal.js'
import { type DOCTOR, doctorDocument } from '../json/doctor.js'
import type { Json } from '../json/schema.js'
import { CHECKS, PLATFORM } from '../ui/exit-codes.js'

/** Throws `usage` for a folder that is not there. */
function folderOf(dir: string | undefined): string {
  const folder = path.resolve(dir ?? '.')
  if (dir !== undefined && !statSync(folder, { throwIfNoEntry: false })?.isDirectory()) {
    throw new ShipitError('usage', {
      message: `There is no folder ${printable(dir)}.`,
      next: 'Name the folder of your app, such as --dir packages/api.',
    })
  }
  return folder
}

export default class Doctor extends BaseCommand {
  static override json = async () => (await import('../json/doctor.js')).DOCTOR
  static override exitCodes: readonly ErrorCode[] = [...CHECKS, ...PLATFORM]
  static override summary = 'look for what would make a deploy fail, or surprise you later'
  static override description = [
    'Looks at the files as they are on disk or, with an environment, at the commit that a ' +
      'deploy of it takes; with --app or an environment, at the app on the platform too. Says ' +
      'of each thing what it is, why it matters and what to do. A deploy makes the same checks ' +
      'of its commit, and stops at an error before anything changes.',
    '--fix fixes what is safe: what `shipit init` would write, and options in the ecosystem ' +
      'file that a dyno ignores. The exit code is not 0 while an error remains.',
  ].join('\n\n')

  static override examples = [
    '<%= config.bin %> <%= command.id %>',
    '<%= config.bin %> <%= command.id %> production',
    '<%= config.bin %> <%= command.id %> --app myapp --fix',
  ]

  static override args = {
    env: Args.string({
      ignoreStdin: true,
      description: 'environment in the `deploy:` block of the ecosystem file; its app is looked at',
      required: false,
    }),
  }

  static override flags = {
    ...platformFlags,
    app: Flags.string({
      char: 'a',
      description: 'app to look at as well',
      env: 'HEROKU_APP',
      helpValue: 'NAME',
    }),
    dir: Flags.string({ description: 'folder of the app (default: this one)', helpValue: 'DIR' }),
    fix: Flags.boolean({ description: 'fix what is safe to fix, and show it' }),
  }

  async run(): Promise<Json<typeof DOCTOR>> {
    const { args, flags } = await this.parse(Doctor)
    const { appFolder, examineFolder } = await import('../deploy/index.js')
    const { doctorReport, errorOf, preflightFindings } = await import('../doctor/index.js')
    const { folder } = await appFolder(folderOf(flags.dir))
    const looked = await this.deployed(args.env, flags)
    const project = looked?.project ?? (await examineFolder(folder))
    const environment = looked
      ? looked.environment
      : await this.environment(project.ecosystem, args.env)
    const app = flags.app ?? (args.env === undefined ? undefined : environment?.target.app)
    const platform = app === undefined ? undefined : await this.appFacts(app, flags)

    let facts: Facts = { project, environment, platform }
    let findings = preflightFindings(facts)
    const fixed = flags.fix ? await this.fix(findings, project, folder) : []
    if (fixed.length > 0) {
      facts = { ...facts, project: await examineFolder(folder) }
      findings = preflightFindings(facts)
    }
    const report = doctorReport(facts, findings, { fixed, leftOut: this.leftOut(facts, args.env) })
    await this.show(report)
    process.exitCode = errorOf(findings, '')?.exitCode ?? 0
    return doctorDocument(report)
  }

  /**
   * The commit that a deploy of the environment takes. A fix is of the files on disk: then they are
   * looked at, if the environment has no other ref.
   */
  private async deployed(
    env: string | undefined,
    { dir, fix }: { dir: string | undefined; fix: boolean },
  ): Promise<{ project: ProjectFacts; environment: Environment | undefined } | undefined> {
    if (env === undefined) return undefined
    const { examineDeployed } = await import('../deploy/index.js')
    const found = await examineDeployed(process.cwd(), dir, (ecosystem) =>
      this.environment(ecosystem, env),
    )
    const ref = found?.project.deployed?.ref
    if (!fix) return found
    if (ref === undefined) return undefined
    throw new ShipitError('usage', {
      message: `${env} deploys ${ref}, and --fix changes the files that are checked out.`,
      next: `git switch ${ref}\nshipit doctor ${env} --fix`,
    })
  }

  /** The one that is named, or the only one; several and none named are left out. */
  private async environment(
    ecosystem: Ecosystem | undefined,
    wanted: string | undefined,
  ): Promise<Environment | undefined> {
    if (!ecosystem) {
      if (wanted === undefined) return undefined
      throw new ShipitError('usage', {
        message: `There is no ecosystem file, and so no environment ${wanted}.`,
        next: 'shipit init',
      })
    }
    const { chooseEnvironment } = await import('../deploy/index.js')
    const chosen = chooseEnvironment(ecosystem.deploy, ecosystem.sshTargets, wanted)
    return chosen === 'ask' ? undefined : chosen
  }

  private async appFacts(app: string, flags: { local: boolean }): Promise<PlatformFacts> {
    const { doctorSource, examineApp } = await import('../deploy/index.js')
    return examineApp(doctorSource(await this.platform(flags)), app)
  }

  /** Does what is safe, and says what it did. */
  private async fix(findings: Finding[], project: ProjectFacts, folder: string): Promise<string[]> {
    const { applyFixes, planFixes } = await import('../doctor/fix.js')
    const { describeFixes } = await import('../ui/doctor.js')
    const fixes = await planFixes(findings, project, folder)
    const lines = describeFixes(fixes)
    for (const line of lines)
      writeErr(`Fixing ${line}
`)
    if (fixes.initError)
      writeErr(`Not fixed: ${printable(fixes.initError.message)}
`)
    await applyFixes(fixes)
    if (lines.length > 0) writeErr('\n')
    return lines
  }

  private leftOut({ project, environment, platform }: Facts, wanted: string | undefined): string[] {
    const names = Object.keys(project.ecosystem?.deploy ?? {})
    return [
      ...(platform
        ? []
        : [
            `what only the platform knows. Name an app: ${this.config.bin} doctor --app ` +
              `NAME${names[0] === undefined ? '' : `, or an environment: ${this.config.bin} doctor ${names[0]}`}`,
          ]),
      ...(wanted === undefined && !environment && names.length > 1
        ? [`the environments ${names.join(', ')}.`]
        : []),
    ]
  }

  private async show(report: DoctorReport): Promise<void> {
    const { describeReport, lookOf } = await import('../ui/doctor.js')
    for (const line of describeReport(report, lookOf(process.stdout))) this.suggest(line)
  }
}
