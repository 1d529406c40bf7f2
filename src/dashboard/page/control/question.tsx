import { useEffect, useRef } from 'preact/hooks'
import { useStore } from '../store/store.js'
import { cancel, confirm } from './ask.js'

/** Says what will happen, and waits for a yes: `y`, or the button. */
export function QuestionDialog() {
  const asked = useStore((state) => state.question)
  const dialog = useRef<HTMLDialogElement>(null)
  const isOpen = asked !== undefined
  useEffect(() => {
    if (isOpen) dialog.current?.showModal()
  }, [isOpen])
  if (!asked) return null
  const { question, isSending } = asked
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key === 'y' || event.key === 'Y') void confirm()
    else if (event.key === 'n' || event.key === 'N') cancel()
    else return
    event.preventDefault()
  }
  return (
    <dialog
      ref={dialog}
      class="question"
      aria-labelledby="question-title"
      onKeyDown={onKeyDown}
      onCancel={(event) => {
        event.preventDefault()
        cancel()
      }}
    >
      <h2 id="question-title">{question?.title ?? 'One moment'}</h2>
      <p class="question-app muted">{asked.app}</p>
      <p class="question-text">{question?.text ?? 'Asking what will happen…'}</p>
      <div class="buttons">
        <button type="button" onClick={cancel}>
          Cancel
        </button>
        <button
          type="button"
          class={question?.is_dangerous ? 'danger' : 'primary'}
          disabled={!question || isSending}
          onClick={() => void confirm()}
        >
          {isSending ? 'Sending…' : (question?.confirm ?? 'Confirm')}
        </button>
      </div>
    </dialog>
  )
}
