import { detailsDocument, dynoReportDocument, instanceDocument } from '../json/dyno-documents.js'
import { detailsOf } from '../monitor/index.js'
import type { AppWatch } from './app-watch.js'
import { Refusal } from './refusal.js'
import type { DetailsDocument } from './wire.js'

/** All that is known of a dyno, or of one instance in it. @throws Refusal 404 if there is none */
export async function detailsIn(
  watch: AppWatch,
  { dyno: name, instance: id }: { dyno?: string; instance?: string },
): Promise<DetailsDocument> {
  const dyno = watch.reports(Date.now()).find((one) => one.name === name)
  if (!dyno) throw new Refusal(404, `${watch.app} has no dyno ${name ?? ''}.`)
  const instance = dyno.instances.find((one) => one.id === id)
  if (id !== undefined && !instance) throw new Refusal(404, `${dyno.name} has no instance ${id}.`)
  return {
    dyno: dynoReportDocument(dyno),
    instance: instance ? instanceDocument(instance) : null,
    release_description: await watch.releases.descriptionOf(dyno.release.version),
    ...detailsDocument(detailsOf(watch.model, dyno, instance)),
  }
}
