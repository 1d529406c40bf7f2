/** What the page does to an app: first the question what will happen, then the yes. */
import type { ActionRequest, Question } from '../../wire.js'
import { ApiError, appPath, postJson } from '../store/api.js'
import { getState, setState } from '../store/store.js'
import { withNews } from '../store/stream.js'

/** Asks the server what the action will do, and shows it. Nothing in a read-only dashboard. */
export async function ask(app: string, request: ActionRequest): Promise<void> {
  if (getState().overview?.is_read_only !== false || getState().question) return
  const asked = { app, request, question: undefined, isSending: false }
  setState({ question: asked, notice: undefined })
  try {
    const question = await postJson<Question>(appPath(app, 'questions'), request)
    if (getState().question === asked) setState({ question: { ...asked, question } })
  } catch (error) {
    if (getState().question === asked) setState({ question: undefined })
    tell(error)
  }
}

/** The yes. What becomes of it comes by the stream. */
export async function confirm(): Promise<void> {
  const asked = getState().question
  if (!asked?.question || asked.isSending) return
  setState({ question: { ...asked, isSending: true } })
  try {
    const { id } = await postJson<{ id: string }>(appPath(asked.app, 'actions'), asked.request)
    // Its first news may have come before the answer.
    if (!getState().actions.some((action) => action.id === id))
      setState({
        actions: withNews(getState().actions, {
          id,
          app: asked.app,
          request: asked.request,
          state: 'running',
          text: asked.question.title,
          why: null,
          next: null,
        }),
      })
  } catch (error) {
    tell(error)
  } finally {
    setState({ question: undefined })
  }
}

export const cancel = (): void =>
  setState({
    question: undefined,
    notice: { text: 'Nothing was changed.', isBad: false },
  })

/** Ends an action in order, as Ctrl-C ends the command. */
export async function stopAction(app: string, id: string): Promise<void> {
  try {
    await postJson(appPath(app, `actions/${encodeURIComponent(id)}/stop`), {})
  } catch (error) {
    tell(error)
  }
}

function tell(error: unknown): void {
  if (!(error instanceof ApiError)) throw error
  const text = [error.message, error.why, error.next].filter(Boolean).join(' ')
  setState({ notice: { text, isBad: true } })
}
