import type { Alert } from '../wire.js'

/** Of Discord, less room for the backslashes of a name that is all signs. */
const LONGEST = 900
/** Discord's flag for a message without a preview of its links. */
const SUPPRESS_EMBEDS = 4

/**
 * What is posted: `text` is Slack's field and `content` Discord's, each read by its own rules; both
 * pass over the rest, which is for receivers of one's own. Nothing in it can name people, link
 * words or look like anything but text. .github/docs/dashboard.md lists the fields.
 */
export function webhookMessage(alert: Alert) {
  const { id, app, rule, title, place, state, at, raised_at, text: how } = alert
  const line = `${state === 'raised' ? '🔴' : '🟢'} ${app}: ${headOf(alert)}. ${how}`.slice(
    0,
    LONGEST,
  )
  return {
    // https://docs.slack.dev/messaging/formatting-message-text
    text: line.replace(/[&<>]/g, (sign) => ({ '&': '&amp;', '<': '&lt;', '>': '&gt;' })[sign]!),
    mrkdwn: false,
    unfurl_links: false,
    unfurl_media: false,
    // https://docs.discord.com/developers/resources/webhook#execute-webhook
    content: line.replace(/[\\*_~`|<>[\]()#]/g, (sign) => `\\${sign}`),
    allowed_mentions: { parse: [] },
    flags: SUPPRESS_EMBEDS,
    source: 'shipit dashboard',
    id,
    app,
    rule,
    title,
    place,
    state,
    at,
    raised_at,
    detail: how,
  }
}

/** `crash loop of web.1`, `crash loop of web.1 resolved` */
function headOf({ title, place, state }: Alert): string {
  const what = place === null ? title : `${title} of ${place}`
  return state === 'raised' ? what : `${what} resolved`
}
