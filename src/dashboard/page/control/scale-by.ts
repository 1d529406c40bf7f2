import { getState, setState } from '../store/store.js'
import { ask } from './ask.js'

/**
 * Asks for a dyno more or less of a process type, of all that there are: a list that is filtered or
 * paused shows others.
 */
export function scaleBy(app: string, type: string | undefined, by: 1 | -1): void {
  if (type === undefined || type === 'run')
    return setState({
      notice: { text: 'Choose a dyno first: its process type is scaled.', isBad: false },
    })
  const now = [...getState().dynos.values()].filter((dyno) => dyno.type === type).length
  void ask(app, { kind: 'scale', type, quantity: Math.max(0, now + by) })
}
