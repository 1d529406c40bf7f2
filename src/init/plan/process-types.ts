import { withCommand, withType } from '../../project/procfile.js'
import { wrapperOf } from '../detect/dyno-wrapper.js'
import { callingScript } from '../detect/start-callers.js'
import { scriptName } from '../detect/script-name.js'
import { RUNTIME } from '../runtime-tarball.js'
import type { Detected } from '../types.js'
import { fileStep, type Draft } from './draft.js'

/** The Procfile's lines: the main process type runs the start script, the others what they ran. */
export function planProcfile(
  { steps, decisions, warnings }: Draft,
  detected: Detected,
  procfile: string | undefined,
): void {
  const { processType: type, processCommand, startCommand } = detected
  const why: string[] = []
  let after = procfile ?? ''
  const change = (name: string, before: string, command: string) => {
    if (before === command) return
    after = withCommand(after, name, command)
    why.push(`${name}: ${before} → ${command}`)
  }
  if (processCommand === undefined && startCommand !== 'npm start') {
    after = withType(after, type, startCommand)
    why.push(
      `${type}: ${startCommand}, because Heroku's own \`npm start\` does not find what Yarn's ` +
        "Plug'n'Play has installed",
    )
  }
  if (processCommand !== undefined) {
    const asked = detected.procfileRunsStart
      ? processCommand.replace(
          /\bnpm( run)? start\b/,
          startCommand === 'npm start' ? '$&' : startCommand,
        )
      : wrapperOf(processCommand) + startCommand
    change(type, processCommand, asked)
    if (!detected.procfileRunsStart)
      decisions.push(
        `The Procfile decides what Heroku runs, so its ${type} line must run the start ` +
          'script; other process types stay.',
      )
  }
  const moved = movedStart(detected)
  for (const { name, command } of detected.startCallers.filter(
    ({ place }) => moved && place === 'Procfile',
  ))
    change(name, command, callingScript(command, moved!.script))
  if (after !== (procfile ?? ''))
    steps.push({ ...fileStep('Procfile', procfile, after), why: why.join('\n') })
  warnings.push(...startWarnings(detected, moved), ...workerWarning(detected))
}

/**
 * The script that holds what the start script was: a command that is kept as it is, or one that
 * other process types run, which must not start the main app by accident. Undefined if nobody needs
 * it, or if the start script already starts the runtime.
 */
export function movedStart({
  kept,
  start,
  startCallers,
  scripts,
}: Detected): { script: string; command: string } | undefined {
  if (kept) return kept
  if (start === undefined || startCallers.length === 0) return undefined
  if (start.includes(RUNTIME)) return earlier(scripts)
  return { script: scriptName(scripts, start), command: start }
}

/**
 * What a run before this one has moved: one that was killed may have left the Procfile as it was.
 */
function earlier(scripts: Record<string, string>): { script: string; command: string } | undefined {
  const script = ['start:app', 'app:start'].find((name) => scripts[name] !== undefined)
  return script === undefined ? undefined : { script, command: scripts[script]! }
}

/** Lines that were written after init: what their start script was is known no more. */
function startWarnings({ startCallers, start }: Detected, moved: object | undefined): string[] {
  if (moved || !start?.includes(RUNTIME)) return []
  return startCallers.map(
    ({ place, name, command }) =>
      `${place === 'Procfile' ? `The Procfile's ${name} line` : `scripts["${name}"]`} runs ` +
      `\`${command}\`, which starts the apps of the ecosystem file, as the web dynos do. Give ` +
      `it a command of its own, or one app of the file: ${start} --only NAME`,
  )
}

/**
 * heroku-buildpack-nodejs (bin/release) adds `web: npm start` to the process types of every app.
 */
function workerWarning({ processType: type }: Detected): string[] {
  if (type === 'web') return []
  return [
    `The Procfile has no web line, and Heroku adds \`web: npm start\` to every Node.js app: ` +
      `one dyno of it would start the same as ${type} a second time, and crash because nothing ` +
      `listens. Have none of it: shipit deploy --scale web=0 --scale ${type}=1`,
  ]
}
