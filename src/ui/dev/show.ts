import type { DevClient } from '../../dev/client.js'
import type { DevInstanceReport } from '../../dev/report.js'
import { chooseSession, matchingInstances } from '../../dev/select.js'
import { detailsOf, type Details } from '../../monitor/index.js'
import { renderDetails } from '../details.js'
import { lookAtDev } from './ps.js'
import { spokenOf } from '../target.js'

export interface DevShown {
  dev: string
  instances: (DevInstanceReport & Details)[]
}

/**
 * All that is known of the instances of a name, as PM2's `describe` tells it. @param width columns
 * of the terminal
 */
export async function showDev(
  command: { log(text: string): void },
  clients: readonly DevClient[],
  name: string,
  width: number | undefined,
): Promise<DevShown> {
  const client = await chooseSession(clients, name)
  const { report, model, dyno } = await lookAtDev(client)
  const shown = matchingInstances(report.instances, name).map((instance) => ({
    dyno,
    instance,
    details: detailsOf(model, dyno, instance),
  }))
  const texts = shown.map(({ instance, details }) =>
    renderDetails(
      {
        app: name,
        dyno,
        instance,
        details,
        release: undefined,
        place: spokenOf(client.running),
        more: [
          [
            'PM2',
            `id ${instance.pmId ?? '-'}, ${instance.mode} mode, ` +
              `${instance.isWatched ? 'restarted when its files change' : 'not watched'}`,
          ],
        ],
      },
      width,
    ),
  )
  command.log(texts.join('\n\n'))
  return {
    dev: client.running.folder,
    instances: shown.map(({ instance, details }) => ({ ...instance, ...details })),
  }
}
