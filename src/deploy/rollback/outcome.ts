import type { Ref } from '../ref.js'

/** Where a deploy that did not succeed has left the app: what error details tell. */
export interface Outcome {
  /** The release that this deploy made last; null if it made none. */
  release: Ref | null
  rolledBackTo: Ref | null
  /** Null if the app has nothing that could serve. */
  serving: Ref | null
  /** The same as a sentence. */
  sentence: string
}

/** As error details spell it. */
export function outcomeDetails({
  release,
  rolledBackTo,
  serving,
}: Outcome): Record<string, unknown> {
  return { release, rolled_back_to: rolledBackTo, serving }
}
