/** What the apps of a test do: one program a commit. */
export interface Program {
  /** ms from the start of a web process until it listens; Infinity: it never does. Default 0. */
  listensAfter?: number
  /** What it answers. Default 200. */
  status?: number
  /** Of its answers. */
  location?: string
  /** Lines that it prints as it starts. */
  prints?: readonly string[]
  /** It ends by itself so many ms after its start, with that status. */
  exits?: { after: number; status: number }
  /** It runs under the runtime, which tells of its boots and proves its answers. */
  hasRuntime?: boolean
}

/** Which process of an app it is. */
export interface Place {
  commit: string
  /** web.1, release.4 */
  name: string
  type: string
  /** How many processes of that name and commit there were before. */
  earlier: number
}

/** A build, which takes its time and may fail; and the release phase that comes of it. */
export interface Build {
  /** ms; Infinity: until it is cancelled. Default 0. */
  takes?: number
  fails?: boolean
  /** Process types of the slug; default web alone. */
  types?: readonly string[]
}

export interface Behaviour extends Program {
  build?: Build
  /** Of single processes, over what all do. */
  at?: (place: Place) => Program | undefined
}
