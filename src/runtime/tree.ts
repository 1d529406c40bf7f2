/** The processes of an instance: itself and all that it has started. */
import { processes, recentProcesses, type Process } from './proc.js'

/** What the tree of an instance is known by. */
export interface Tree {
  /** Of the instance itself. */
  pid: number
  /** SHIPIT_TREE in the environment of all its processes. */
  mark: string
  /** Whether the instance itself has ended, so that its pid may be another's by now. */
  hasEnded: boolean
}

/** Memory in MB and CPU time in seconds of a whole tree. */
export interface Usage {
  rss: number
  cpuSeconds: number
}

/**
 * Every living process of the tree. By the mark in its environment, which outlives a parent that
 * has ended; by its parent, if it was started with another environment; by its session, if a
 * process of the tree has begun one.
 */
export function treeOf(tree: Tree, table: Process[] = processes()): Process[] {
  const own = table.find((one) => one.pid === process.pid)?.session ?? 0
  const members = new Set(
    table.filter((one) => (!tree.hasEnded && one.pid === tree.pid) || one.mark === tree.mark),
  )
  for (let before = -1; before < members.size;) {
    before = members.size
    const pids = new Set([...members].map((one) => one.pid))
    const sessions = new Set(
      [...members].map((one) => one.session).filter((session) => session !== 0 && session !== own),
    )
    for (const one of table) if (pids.has(one.parent) || sessions.has(one.session)) members.add(one)
  }
  return [...members]
}

/** undefined for an instance that is gone. */
export function usageOf(tree: Tree): Usage | undefined {
  const members = treeOf(tree, recentProcesses())
  if (members.length === 0) return undefined
  return {
    rss: sum(members.map((one) => one.rss)),
    cpuSeconds: sum(members.map((one) => one.cpuSeconds)),
  }
}

/** MB that its whole tree takes: 0 of an instance that is gone. */
export function memoryOf(tree: Tree): number {
  return usageOf(tree)?.rss ?? 0
}

function sum(numbers: number[]): number {
  return numbers.reduce((total, one) => total + one, 0)
}
