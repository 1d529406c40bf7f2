import { execa } from 'execa'
import { childEnvironment } from '../apply/run-command.js'
import { lockContents } from './contents.js'

/**
 * Which majors of pnpm write each format, the one to be fetched first (pnpm.io/blog: releases 7, 8
 * and 9). pnpm 6 and older do not run on Node 20.
 */
const MAJORS: { format: RegExp; majors: number[] }[] = [
  { format: /^5/, majors: [7, 6, 5] },
  { format: /^6/, majors: [8] },
  { format: /^9/, majors: [9, 10, 11, 12] },
]

/**
 * What runs a pnpm that keeps the lockfile's format, if the pnpm of this folder does not: any other
 * would write all of it anew.
 * Undefined if it does, or if neither can be told.
 */
export async function fittingPnpm(dir: string, lock: string): Promise<string[] | undefined> {
  const contents = lockContents('pnpm', lock)
  const fitting = MAJORS.find(({ format }) => format.test(contents?.format ?? ''))?.majors
  if (fitting === undefined || contents!.entries.size === 0) return undefined
  const { stdout, failed } = await execa('pnpm', ['--version'], {
    cwd: dir,
    env: childEnvironment(process.env),
    extendEnv: false,
    reject: false,
    stdin: 'ignore',
  })
  const major = Number(/^(\d+)\./m.exec(stdout)?.[1])
  return failed || fitting.includes(major) ? undefined : ['npx', '--yes', `pnpm@${fitting[0]}`]
}
