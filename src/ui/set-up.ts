/** What the commands share that set up an app by app.json. */
import { Flags } from '@oclif/core'
import type { Variable } from '../app-json/index.js'
import type { PreparedSetUp, Platform, SetUpRequest } from '../deploy/index.js'

export const varsFlag = Flags.string({
  description:
    'file of NAME=value lines with the config vars that app.json asks for, or - for stdin',
  helpValue: 'FILE',
})

interface Wanted extends Omit<SetUpRequest, 'appJson' | 'ask' | 'environment'> {
  /** app.json as it is written. */
  text: string
  /** Of app.json's `environments`. */
  environment?: 'review'
  /** "of commit 1234567"; nothing for the file on disk. */
  which?: string
  /** Whether there is somebody to ask. */
  mayAsk: boolean
}

/** What an app lacks of app.json, asked for where that may be; with what is doubtful, in sentences. */
export async function setUpBy(
  platform: Platform,
  { text, environment, which, mayAsk, ...request }: Wanted,
): Promise<PreparedSetUp & { warnings: string[] }> {
  const [{ prepareSetUp }, { checkedAppJson }, { explain }] = await Promise.all([
    import('../deploy/index.js'),
    import('../app-json/index.js'),
    import('../ecosystem/explain.js'),
  ])
  const { appJson, warnings } = checkedAppJson(text, environment, which)
  const prepared = await prepareSetUp(platform, {
    appJson,
    ...request,
    environment: environment ?? null,
    ask: mayAsk ? askForValue : undefined,
  })
  return {
    ...prepared,
    warnings: [
      ...warnings.map((problem) => `${explain(problem, 'app.json')}.`),
      ...(prepared.missing.length > 0
        ? [`app.json asks for values of ${prepared.missing.join(', ')}, which are not given yet.`]
        : []),
    ],
  }
}

async function askForValue({ name, description }: Variable): Promise<string> {
  const { askHidden } = await import('./ask.js')
  return askHidden(description ? `${name} (${description})` : name)
}
