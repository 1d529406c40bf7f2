import { heapFlags, type Budget } from './budget.js'
import type { App } from './app.js'
import type { OwnDyno } from './dyno.js'
import type { SizedApp } from './sizing.js'

/**
 * One line at boot: what was decided, and why. `budget` and `heap` (MB) are absent if nothing
 * states the dyno's memory.
 */
export function bootLine(
  apps: App[],
  sized: SizedApp[],
  dyno: OwnDyno,
  budget: Budget | undefined,
  heap: number | undefined,
): string {
  const { memory, memorySource, cpus } = dyno
  const list = sized.map((app) => `${app.name} × ${app.instances} (${app.why})`).join(', ')
  if (dyno.isMachine)
    return `shipit: ${list}; this machine has ${cpus} CPU${cpus === 1 ? '' : 's'}\n`
  const limits = [reloads(apps, budget), heapEnds(apps, heap)]
    .map((text) => (text ? `; ${text}` : ''))
    .join('')
  return (
    `shipit: ${list}; this dyno has ${memory} MB (${memorySource}) and ${cpus} ` +
    `CPU${cpus === 1 ? '' : 's'}${limits}\n`
  )
}

function reloads(apps: App[], budget: Budget | undefined): string {
  const limits = apps.flatMap((app) => {
    if (app.maxMemory !== undefined)
      return [`${app.name} ${Math.round(app.maxMemory / 2 ** 20)} MB (the file)`]
    const share = app.isCluster ? budget?.shares.get(app.name) : undefined
    return share === undefined ? [] : [`${app.name} ${share} MB (once the dyno is full)`]
  })
  return limits.length > 0 ? `an instance is reloaded beyond ${limits.join(', ')}` : ''
}

function heapEnds(apps: App[], heap: number | undefined): string {
  const isOurs = apps.some(
    (app) =>
      app.interpreter.isNode && heapFlags(heap, app.nodeArgs, app.env.NODE_OPTIONS).length > 0,
  )
  return isOurs ? `heap limit ${heap} MB` : ''
}
