/** What SHIPIT_TREE says to every process of an instance's tree. */
export interface Mark {
  /** As it stands in the environment. */
  text: string
  /** ms that a drain may take, and between reports (0: none). */
  drain: number
  reportEvery: number
  /** The name of the supervisor's socket. */
  channel: string
}

/** undefined outside of a tree. */
export function readMark(text = process.env.SHIPIT_TREE): Mark | undefined {
  const [, drain, reportEvery, ...channel] = text?.split(';') ?? []
  if (text === undefined || channel.length === 0) return undefined
  return {
    text,
    drain: Number(drain),
    reportEvery: Number(reportEvery),
    channel: channel.join(';'),
  }
}
