import type { Sort } from '../flags.js'
import { nextSort, type Row } from './rows.js'

/**
 * What the keys have made of the screen. Plain data: the screen is drawn of it and of the model.
 */
export interface View {
  /** Key of the row that the log, the charts and the actions are about. */
  cursor: string
  sort: Sort | undefined
  /** Of the log's lines, and of the list's names where any fit. */
  filter: string
  /** Whether keys are letters of the filter. */
  isTyping: boolean
  isHelp: boolean
  isPaused: boolean
  /** What waits for a yes. */
  question: Question | undefined
  /** What the last action came to, or is about. */
  notice: Notice | undefined
}

export interface Question {
  title: string
  text: string
  action: Action
}
interface Notice {
  text: string
  isBad: boolean
}

export type Action =
  | {
      kind: 'restart'
      type?: string | undefined
      dyno?: string | undefined
      instance?: string | undefined
    }
  | { kind: 'reload'; type?: string | undefined; instance?: string | undefined }
  | { kind: 'scale'; type: string; by: 1 | -1; instance?: string | undefined }

/** What the keys cannot do themselves. */
export type Intent =
  | { kind: 'quit' }
  | { kind: 'suspend' }
  | { kind: 'web' }
  | { kind: 'interrupt' }
  | { kind: 'ask'; action: Action }
  | { kind: 'do'; action: Action }

/** A key as node:readline tells it. */
export interface Key {
  name?: string | undefined
  sequence?: string | undefined
  ctrl?: boolean | undefined
  meta?: boolean | undefined
}

export const firstView = (sort?: Sort): View => ({
  cursor: '',
  sort,
  filter: '',
  isTyping: false,
  isHelp: false,
  isPaused: false,
  question: undefined,
  notice: undefined,
})

/** The view after a key. @param page rows that are seen at once */
export function press(
  view: View,
  key: Key,
  rows: readonly Row[],
  page: number,
): { view: View; intent?: Intent } {
  if (key.ctrl && key.name === 'c') return { view, intent: { kind: 'interrupt' } }
  if (key.ctrl && key.name === 'z') return { view, intent: { kind: 'suspend' } }
  if (view.question) return answer(view, view.question, key)
  if (view.isTyping) return { view: type(view, key) }
  const char = key.sequence ?? ''
  if (view.isHelp) return { view: { ...view, isHelp: false } }
  const steps = stepsOf(key, page)
  if (steps !== undefined)
    return { view: { ...view, notice: undefined, cursor: moved(view.cursor, rows, steps) } }
  const row = rows.find(({ key: own }) => own === view.cursor)
  switch (char) {
    case 'q':
      return { view, intent: { kind: 'quit' } }
    case '/':
      return { view: { ...view, isTyping: true, notice: undefined } }
    case '?':
      return { view: { ...view, isHelp: true } }
    case ' ':
      return { view: { ...view, isPaused: !view.isPaused } }
    case 'w':
      return { view: { ...view, notice: undefined }, intent: { kind: 'web' } }
    case 's':
      return { view: { ...view, sort: nextSort(view.sort), notice: undefined } }
    case 'S':
      return {
        view: view.sort
          ? { ...view, sort: { ...view.sort, isDescending: !view.sort.isDescending } }
          : view,
      }
    case 'r':
      return ask(view, {
        kind: 'restart',
        ...(row?.dyno === undefined ? {} : { dyno: row.dyno }),
        ...instanceOf(row),
      })
    case 'R':
      return ask(view, { kind: 'reload', type: row?.type, ...instanceOf(row) })
    case '+':
    case '=':
    case '-':
      return scale(view, rows, row, char === '-' ? -1 : 1)
    // Escape takes back one thing after the other.
    default:
      return {
        view:
          key.name !== 'escape'
            ? view
            : view.notice
              ? { ...view, notice: undefined }
              : view.filter !== ''
                ? { ...view, filter: '' }
                : { ...view, cursor: '' },
      }
  }
}

function answer(view: View, { action }: Question, key: Key): { view: View; intent?: Intent } {
  const asked = { ...view, question: undefined }
  if (key.sequence === 'y' || key.sequence === 'Y')
    return { view: asked, intent: { kind: 'do', action } }
  return { view: { ...asked, notice: { text: 'Nothing was changed.', isBad: false } } }
}

function type(view: View, { name, sequence = '', ctrl, meta }: Key): View {
  if (name === 'return' || name === 'enter') return { ...view, isTyping: false }
  if (name === 'escape') return { ...view, isTyping: false, filter: '' }
  if (name === 'backspace')
    return view.filter === ''
      ? { ...view, isTyping: false }
      : { ...view, filter: [...view.filter].slice(0, -1).join('') }
  if (ctrl && name === 'u') return { ...view, filter: '' }
  // Arrows and other keys that are no characters come as sequences of control bytes.
  return ctrl || meta || !/^[^\p{Cc}]+$/u.test(sequence)
    ? view
    : { ...view, filter: view.filter + sequence }
}

function stepsOf({ name, sequence, ctrl }: Key, page: number): number | undefined {
  if (name === 'down' || sequence === 'j') return 1
  if (name === 'up' || sequence === 'k') return -1
  if (name === 'pagedown' || (ctrl && name === 'f')) return page
  if (name === 'pageup' || (ctrl && name === 'b')) return -page
  if (name === 'home' || sequence === 'g') return -Infinity
  if (name === 'end' || sequence === 'G') return Infinity
  return undefined
}

function moved(cursor: string, rows: readonly Row[], steps: number): string {
  const at = Math.max(
    0,
    rows.findIndex(({ key }) => key === cursor),
  )
  return rows[Math.max(0, Math.min(rows.length - 1, at + steps))]?.key ?? ''
}

/**
 * Nothing is under way at once with another thing: the question is asked when the last answer is
 * there.
 */
const ask = (view: View, action: Action): { view: View; intent: Intent } => ({
  view: { ...view, notice: undefined },
  intent: { kind: 'ask', action },
})

/** A platform knows dynos alone; on a `shipit dev` each instance is asked for by its name. */
const instanceOf = (row: Row | undefined) =>
  row?.instance === undefined ? {} : { instance: row.instance }

function scale(view: View, rows: readonly Row[], row: Row | undefined, by: 1 | -1) {
  const types = [
    ...new Set(rows.map(({ type }) => type).filter((type) => type !== undefined && type !== 'run')),
  ]
  const chosen = row?.type ?? (types.length === 1 ? types[0] : undefined)
  if (chosen !== undefined && chosen !== 'run')
    return ask(view, { kind: 'scale', type: chosen, by, ...instanceOf(row) })
  return {
    view: {
      ...view,
      notice: { text: 'Choose a dyno first: its process type is scaled.', isBad: false },
    },
  }
}
