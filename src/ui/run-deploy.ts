/** A deploy as a command runs it: in its turn, shown, stopped by signals, and told. */
import type { DeployPlan, DeployResult, GitPush, Platform, PlanRequest } from '../deploy/index.js'
import { writeErr } from '../lib/terminal.js'

interface Shown {
  platform: Platform
  git: GitPush
  /** Of the health check, with their values. */
  healthHeaders: Record<string, string>
  /** Of the config vars that app.json asks for. */
  setUpValues: Readonly<Record<string, string>> | undefined
  /** Folder of shipit's own state on this machine. */
  home: string
  /** ms that other deploys of the app are waited for. */
  wait: number
  isJson: boolean
  timestamps: boolean
  /** A line for people. */
  tell: (line: string) => void
  /** What came of it, the same with the flags that it needs to be typed. */
  tellResult: (line: string) => void
}

/** @throws what the deploy throws: the code of the step that failed */
export async function deployShown(
  request: Omit<PlanRequest, 'turn'>,
  { isJson, timestamps, tell, tellResult, ...parts }: Shown,
): Promise<DeployResult> {
  const { deployInTurn, describeInProgress, duration, stopOnSignals } =
    await import('../deploy/index.js')
  const { deployView } = await import('./deploy-view.js')
  const { describeResult, describeWarnings } = await import('./deploy-plan.js')
  let shown: DeployPlan | undefined
  const stop = stopOnSignals(() =>
    writeErr(
      `\nLeft at once. What serves is not known: look at \`shipit releases --app ` +
        `${request.app}\`.\n`,
    ),
  )
  try {
    const result = await deployInTurn(request, {
      ...parts,
      signal: stop.signal,
      onRefusal: ({ message }, left) =>
        tell(`${message} Trying on, for ${duration(left)} at most.`),
      onWait: (found) => tell(`Waiting for another deploy: ${describeInProgress(found)}.`),
      show: async (plan) => {
        shown = plan
        await showPlan(plan, tell)
        return deployView(isJson, timestamps)
      },
    })
    const warnings = result.warnings.filter((warning) => !shown?.warnings.includes(warning))
    for (const line of describeWarnings({ warnings, findings: [] })) writeErr(line + '\n')
    tellResult(describeResult(result))
    return result
  } finally {
    stop.release()
  }
}

export async function showPlan(plan: DeployPlan, tell: (line: string) => void): Promise<void> {
  const { describePlan, describeWarnings } = await import('./deploy-plan.js')
  for (const line of describeWarnings(plan)) writeErr(line + '\n')
  for (const line of describePlan(plan)) tell(line)
}
