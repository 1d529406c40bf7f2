import { useEffect, useRef } from 'preact/hooks'
import { KEYS } from './keys.js'
import { setState, useStore } from './store/store.js'

const close = () => setState({ isHelpOpen: false })

/** The keys. Any key closes it, as in monit. */
export function HelpDialog() {
  const isOpen = useStore((state) => state.isHelpOpen)
  const dialog = useRef<HTMLDialogElement>(null)
  useEffect(() => {
    if (isOpen) dialog.current?.showModal()
  }, [isOpen])
  if (!isOpen) return null
  return (
    <dialog
      ref={dialog}
      class="help"
      aria-labelledby="help-title"
      onClose={close}
      onKeyDown={(event) => {
        if (event.key.length > 1) return
        event.preventDefault()
        close()
      }}
    >
      <h2 id="help-title">Keys</h2>
      <div class="help-groups">
        {KEYS.map(({ title, keys }) => (
          <section key={title}>
            <h3>{title}</h3>
            <dl>
              {keys.map(([names, text]) => (
                <div key={names}>
                  <dt>
                    {names.split(' ').map((name) => (
                      <kbd key={name}>{name}</kbd>
                    ))}
                  </dt>
                  <dd>{text}</dd>
                </div>
              ))}
            </dl>
          </section>
        ))}
      </div>
      <div class="buttons">
        <button type="button" class="primary" onClick={close}>
          Close
        </button>
      </div>
    </dialog>
  )
}
