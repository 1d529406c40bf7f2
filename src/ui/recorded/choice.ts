/** What `show X --since` and `ps X --at` are to tell of. */
import { typeOfDyno } from '../../lib/dyno-name.js'
import { resolveName, type Placed } from '../../operate/names.js'

/** Which dynos (without an instance) or instances are asked for; undefined: all. */
export type Choice = ((dyno: string, instance: string | undefined) => boolean) | undefined

/**
 * What was typed, of what there was in the time.
 * @throws ShipitError `not_found` for what there was not, `usage` for a number of several apps
 */
export function choiceOf(
  dynos: readonly { name: string; instances: readonly { id: string }[] }[],
  typed: { dyno?: string | undefined; instance?: string | undefined },
): Choice {
  if (typed.dyno === undefined) return undefined
  const place = dynos.find(({ name }) => name === typed.dyno)
  const instances = (place ? [place] : dynos).flatMap(({ name, instances: all }) =>
    all.map(({ id }) => placedAs(name, id)),
  )
  const text =
    typed.instance === undefined
      ? typed.dyno
      : place
        ? typed.instance
        : `${typed.dyno}:${typed.instance.replace(`${typed.dyno}:`, '')}`
  const named = resolveName(text, {
    types: typed.instance === undefined ? dynos.map(({ name }) => typeOfDyno(name)) : [],
    dynos: typed.instance === undefined ? dynos.map(({ name }) => name) : [],
    instances,
  })
  switch (named.kind) {
    case 'all':
      return undefined
    case 'type':
      return (dyno) => typeOfDyno(dyno) === named.type
    case 'dyno':
      return (dyno) => dyno === named.name
    case 'instances': {
      const meant = new Set(named.at.map(({ dyno, app, instance }) => `${dyno} ${app}:${instance}`))
      return (dyno, instance) => instance !== undefined && meant.has(`${dyno} ${instance}`)
    }
  }
}

function placedAs(dyno: string, id: string): Placed {
  const at = id.lastIndexOf(':')
  return {
    dyno,
    type: typeOfDyno(dyno),
    app: id.slice(0, at),
    instance: Number(id.slice(at + 1)),
    isUp: true,
  }
}
