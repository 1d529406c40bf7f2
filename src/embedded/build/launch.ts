import type { Releases } from '../store/types.js'
import type { BuildRecord, ReleaseRecord } from '../store/records.js'
import { BuildFailure } from './failure.js'
import type { BuildOutput } from './output.js'

interface Launch {
  appId: string
  build: Readonly<BuildRecord>
  slugId: string
  hasReleaseCommand: boolean
  url: string
  exposure: string | undefined
  output: BuildOutput
}

/**
 * Makes the release of a slug and says so in Heroku's words; a release command's output is shown as
 * it comes. A failed one does not fail the build.
 */
export async function launch(
  releases: Releases,
  { appId, build, slugId, hasReleaseCommand, url, exposure, output }: Launch,
): Promise<ReleaseRecord> {
  output.heading('Launching...')
  if (hasReleaseCommand) {
    output.warning(
      'Release command declared: this new release will not be available until the command ' +
        'succeeds.',
    )
    output.heading('Running release command...')
  }
  const description = build.commit === null ? 'Deploy' : `Deploy ${build.commit.slice(0, 8)}`
  const decoder = new TextDecoder()
  const onOutput = (chunk: Buffer): void => output.raw(decoder.decode(chunk, { stream: true }))
  const release = await releases
    .create(appId, { description, slugId, onOutput })
    .catch((error: unknown) => {
      throw new BuildFailure(
        `The release could not be made: ${error instanceof Error ? error.message : String(error)}`,
      )
    })
  if (release.status === 'failed') {
    output.warning(`Release command failed: v${release.version} was not put to work.`)
  } else {
    output.line(`Released v${release.version}`)
    output.line(`${url} deployed to the embedded Heroku`)
    if (exposure !== undefined)
      output.warning(`Other machines of your network can reach its dynos' ports: ${exposure}`)
  }
  return release
}
