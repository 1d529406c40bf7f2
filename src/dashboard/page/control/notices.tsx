import type { ActionNews } from '../../wire.js'
import { getState, setState, useStore } from '../store/store.js'
import { AlertNotices } from './alerts.js'
import { stopAction } from './ask.js'
import { Dismiss } from './dismiss.js'

/** Alerts, what actions come to, and answers to keys: over the page, so that nothing in it moves. */
export function Notices() {
  const actions = useStore((state) => state.actions)
  const notice = useStore((state) => state.notice)
  return (
    <section class="notices" aria-label="Notices" aria-live="polite">
      <AlertNotices />
      {actions.slice(-4).map((news) => (
        <ActionNotice key={news.id} news={news} />
      ))}
      {notice ? (
        <div class={`notice ${notice.isBad ? 'failed' : ''}`}>
          <p>{notice.text}</p>
          <Dismiss onClick={() => setState({ notice: undefined })} />
        </div>
      ) : null}
    </section>
  )
}

const STATES = { running: 'Under way', done: 'Done', failed: 'Failed', stopped: 'Stopped' } as const

function ActionNotice({ news }: { news: ActionNews }) {
  return (
    <div class={`notice ${news.state}`} data-action={news.request.kind}>
      <p>
        <b>
          {news.app} · {STATES[news.state]}
        </b>
        <span>{news.text}</span>
        {news.why ? <span class="muted">{news.why}</span> : null}
        {news.next ? <span class="muted">{news.next}</span> : null}
      </p>
      {news.state === 'running' ? (
        <button type="button" class="small" onClick={() => void stopAction(news.app, news.id)}>
          Stop
        </button>
      ) : (
        <Dismiss
          onClick={() =>
            setState({ actions: getState().actions.filter(({ id }) => id !== news.id) })
          }
        />
      )}
      {news.state === 'running' ? <i class="progress" aria-hidden="true" /> : null}
    </div>
  )
}
