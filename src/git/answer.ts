import { GitError, type SimpleGit } from 'simple-git'

/**
 * What git prints, or undefined if it has no answer: simple-git rejects only a failure that also
 * wrote to stderr.
 */
export async function answer(git: SimpleGit, args: string[]): Promise<string | undefined> {
  try {
    return (await git.raw(args)).replace(/\n$/, '') || undefined
  } catch (error) {
    if (error instanceof GitError) return undefined
    throw error
  }
}
