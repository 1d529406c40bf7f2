import { eachFigure, figureOfKey } from '../lib/figures.js'
import { addMetric, METRIC, readActions } from './app-values.js'
import { eachField } from './logfmt.js'
import { ownText } from './ring.js'
import { FOREIGN, type Change, type Foreign, type Sample } from './reading.js'

/** How every line of figures and changes begins: src/runtime/event-line.ts writes them. */
export const RUNTIME_MARK = 'shipit source='

/** No instance has a higher number than the runtime starts. */
const MOST_INSTANCES = 512
const LONGEST_NAME = 200

/**
 * Reads a line that begins with RUNTIME_MARK; one without app, instance or anything to tell is the
 * app's own. Each `app=` of figures begins another instance.
 */
export function readRuntimeLine(message: string): Sample | Change | Foreign {
  let sample = emptySample()
  let first: Sample | undefined
  let others: Sample[] | undefined
  let event = ''
  // Pairs, as a field may have any name, `__proto__` too.
  let fields: [name: string, value: string][] | undefined
  const finish = () => {
    if (!isComplete(sample)) return
    if (first) (others ??= []).push(sample)
    else first = sample
  }
  eachField(message, RUNTIME_MARK.length, (key, value) => {
    // parseFloat passes over the units (MB, ms, %, rpm, s): they never vary.
    switch (key) {
      case 'app':
        if (sample.app !== '' && !fields) {
          finish()
          sample = emptySample()
        }
        sample.app = ownText(value, LONGEST_NAME)
        break
      case 'instance':
        sample.instance = Number(value)
        break
      case 'of':
        sample.of = Number(value) || undefined
        break
      case 'event':
        event = value
        fields = []
        break
      default: {
        const name = figureOfKey(key)
        if (name) sample[name] = figure(value)
        else if (fields) fields.push([key, ownText(value, LONGEST_NAME)])
        else if (key === 'pid') sample.pid = parseInt(value, 10) || 0
        else if (key === 'status') sample.status = ownText(value, LONGEST_NAME)
        else if (key === 'restarts') sample.restarts = parseInt(value, 10) || 0
        else if (key === 'uptime') sample.uptime = parseFloat(value) || 0
        else if (key === 'version') sample.version = ownText(value, LONGEST_NAME)
        else if (key.startsWith(METRIC)) addMetric(sample.metrics, key, value)
        else if (key === 'actions') sample.actions = readActions(value)
      }
    }
  })
  const { app, instance } = sample
  if (fields)
    return isNamed(sample)
      ? {
          kind: 'change',
          app,
          instance,
          event: ownText(event, LONGEST_NAME),
          fields: Object.fromEntries(fields),
        }
      : FOREIGN
  finish()
  if (!first) return FOREIGN
  if (others) first.others = others
  return first
}

const UNKNOWN = eachFigure((): number | undefined => undefined)

const emptySample = (): Sample => ({
  kind: 'sample',
  app: '',
  instance: -1,
  pid: 0,
  status: '',
  restarts: 0,
  uptime: 0,
  version: undefined,
  ...UNKNOWN,
  metrics: [],
  actions: [],
  of: undefined,
  others: NONE,
})

const NONE: readonly Sample[] = Object.freeze([])

const isNamed = ({ app, instance }: Sample): boolean =>
  app !== '' && Number.isInteger(instance) && instance >= 0 && instance <= MOST_INSTANCES
const isComplete = (sample: Sample): boolean => isNamed(sample) && sample.memoryMb !== undefined

function figure(text: string): number | undefined {
  const value = parseFloat(text)
  return Number.isNaN(value) ? undefined : value
}
