import { ROUTER_CODES, type CodeName } from './codes.js'

/** What is known of a request when it is over. Times in ms. */
interface RequestFacts {
  method: string
  path: string
  host: string
  requestId: string
  /** The whole X-Forwarded-For that the dyno got. */
  forwardedFor: string
  dyno?: string
  connect?: number
  service?: number
  status: number
  /** Of the body that came from the dyno. */
  bytes?: number
  /** protocol=http, or what Router 2.0 writes in its place. */
  protocol: string
  code?: CodeName | undefined
  /** What the description of the code leaves open. */
  detail?: string | undefined
}

/**
 * The router's line in the app's log:
 * devcenter.heroku.com/articles/http-routing#heroku-router-log-format.
 */
export function routerLine(facts: RequestFacts): string {
  const code = facts.code && { name: facts.code, ...ROUTER_CODES[facts.code] }
  const sock = code && 'sock' in code && code.sock ? `sock=${code.sock} ` : ''
  const outcome = code
    ? `${sock}at=${code.level} code=${code.name} ` +
      `desc="${code.desc}${facts.detail ? `: ${facts.detail}` : ''}"`
    : 'at=info'
  const ms = (time: number | undefined) => (time === undefined ? '' : `${Math.round(time)}ms`)
  return (
    `${outcome} method=${facts.method} path="${quotable(facts.path)}" host=${facts.host} ` +
    `request_id=${facts.requestId} fwd="${quotable(facts.forwardedFor)}"` +
    (` dyno=${facts.dyno ?? ''} connect=${ms(facts.connect)} service=${ms(facts.service)} ` +
      `status=${facts.status} bytes=${facts.bytes ?? ''} ${facts.protocol}`)
  )
}

const quotable = (text: string) => text.replaceAll('"', '%22')
