import { readFileSync } from 'node:fs'

interface Memory {
  /** MB: resident, and with shared pages divided among those that share them. */
  rss: number
  pss: number
}

export function memoryOf(pid: number): Memory {
  const text = readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8')
  const field = (name: string): number =>
    Number(new RegExp(`^${name}:\\s+(\\d+)`, 'm').exec(text)?.[1]) / 1024
  return { rss: field('Rss'), pss: field('Pss') }
}

export function childrenOf(pid: number): number[] {
  return readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8')
    .split(' ')
    .filter((one) => one.trim() !== '')
    .map(Number)
}

export function sum(all: Memory[]): Memory {
  return {
    rss: all.reduce((total, { rss }) => total + rss, 0),
    pss: all.reduce((total, { pss }) => total + pss, 0),
  }
}
