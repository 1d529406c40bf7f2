/**
 * What is no instance itself: its threads, and every Node that it starts. A file of its own in the
 * bundle, which an instance does not read.
 */
import { installMember } from './member.js'
import { installThread, isThread } from './threads.js'

export function installTreeMember(lib: string): void {
  if (isThread()) installThread()
  else installMember(lib)
}
